"""Fill, publish, verify and open ``indexes/<name>/``.

An index folder holds generations and one pointer::

    indexes/default/
    ├── CURRENT                     name of the live generation
    ├── build.lock                  held while a build runs
    ├── unfinished.vectors          what a build has embedded so far; left behind only by one that was killed
    └── generations/20261122T040000-1f3a9c2b/
        ├── manifest.json           counts, fingerprints, SHA-256 of every other file
        ├── corpus.sqlite           documents, speeches, ledger: what is looked up by name
        ├── corpus.texts            every text once, as received and as cleaned where the two differ
        ├── corpus.passages         passages as spans of the texts
        ├── lexical/                tantivy segment over words, characters and character pairs
        └── vectors.faiss           unit vectors, row i is passage i; codes to search many of them by
"""
