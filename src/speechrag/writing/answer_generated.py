"""A generated answer, kept to what its cited passages say.

The model sees numbered passages and writes sentences with numbers. Each sentence is freed of markup, checked against
the passages it cites (``check``), and dropped where they do not support it. What is shown as a citation is never the
model's wording but the best matching sentence of the cited passage, verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from speechrag.records import Answer, AnswerSentence, Citation, Hit, Speech
from speechrag.text import displayable, sentence_spans, shingles
from speechrag.writing.check import Cited, check_sentence, cited_sentences
from speechrag.writing.generate import Generator, pieces
from speechrag.writing.prompts import fence, load_prompt, new_token, told

PASSAGES = 8
# A passage is given whole up to this size; beyond it only its beginning is.
PASSAGE_CHARS = 900
REFUSED = "语料中没有找到能回答这个问题的内容"

_LINK = re.compile(r"!?\[([^\[\]]*)\]\s{0,20}\([^)]{0,2000}\)")
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}://|www\.|javascript:|data:)[^\s，。；！？、）】」”]*", re.I)
_TAG = re.compile(r"<[^<>]*>|&(?:#\w+|\w+);")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.S)
_SIGNS = re.compile(r"(?m)^[^\S\n]{0,20}(?:#{1,6}|[-*+•·>]|\d{1,2}[.)](?!\d))\s+|[*_`~]{1,3}|^[^\S\n]{0,20}[|].*$|[<>]")


@dataclass(frozen=True, slots=True)
class _Source:
    hit: Hit
    speech: Speech
    start: int
    end: int

    @property
    def text(self) -> str:
        """What the model is shown and held to: the passage without words addressed to a model."""
        return told(self.speech.text[self.start : self.end])


def plain(text: str) -> str:
    """Return model output as plain text: no markup, no links, no addresses, no invisible characters."""
    text, before = _THOUGHT.sub("", displayable(text)), ""
    # Taking one thing out may put another together ("ht<b>tp://"), so until nothing changes; each round shortens.
    while text != before:
        before = text
        text = _SIGNS.sub("", _URL.sub("", _TAG.sub("", _LINK.sub(r"\1", text))))
    return text.strip()


def streamed_answer(
    question: str, extract: Answer, hits: Sequence[Hit], speech: Callable[[str], Speech], generator: Generator
) -> Iterator[Answer]:
    """Yield the model's answer as it grows, a checked sentence more each time; the last one is whole and has its notes.

    The last one is ``extract`` with a note where no sentence is supported. Raises GenerationError when the model cannot
    be used or breaks off (then what was yielded is to be taken back) and PromptError when the prompt file cannot.
    """
    from speechrag.writing.answer import REFUSAL

    sources = _sources(extract, hits, speech)
    token = new_token()
    prompt = load_prompt(generator.prompts, "answer")
    passages = fence([source.text for source in sources], token)
    system, user = prompt.render(question=plain(question), passages=passages, token=token, refusal=REFUSAL)

    def read(text: str) -> list[Cited]:
        return cited_sentences(plain(text).replace(token, ""), range(1, len(sources) + 1))

    verdicts: dict[Cited, bool] = {}

    def keeps(cited: Cited) -> bool:
        # A text that grows is read again with each sentence; what was judged once is not judged again.
        if cited not in verdicts:
            verdicts[cited] = supported(cited, sources)
        return verdicts[cited]

    text, ended, shown = "", "", 0
    for piece in pieces(generator, system, user):
        text += piece
        if len(over := _ended(text)) == len(ended):
            continue
        ended = over
        kept = [cited for cited in read(ended) if keeps(cited)]
        if len(kept) > shown:
            shown = len(kept)
            yield _assembled(question, kept, sources)
    written = read(text)
    kept = [cited for cited in written if keeps(cited)]
    notes = _notes(written, kept)
    if not kept:
        yield replace(extract, notes=(*extract.notes, *notes, "大模型的回答没有一句得到原文支持，以下为原文摘录"))
        return
    whole = _assembled(question, kept, sources)
    yield replace(whole, nearest=extract.nearest, notes=(*extract.notes, *notes), kind=extract.kind)


# A sentence is over when something follows its marks: a mark may stand behind the full stop, a thought must be closed.
_ENDED = re.compile(
    r"[。！？!?\n][”’」』]?(?:\s{0,9}[\[［【〔（(][^\]］】〕）)]{0,40}[\]］】〕）)]|[①-⑳]){0,20}\s{0,20}"
    r"(?=[^\s\[［【〔（(①-⑳”’」』])"
)


def _ended(text: str) -> str:
    """Return what of an unfinished text consists of finished sentences; nothing while a thought is open."""
    if text.rfind("<think>") > text.rfind("</think>"):
        return ""
    ends = [match.end() for match in _ENDED.finditer(text)]
    return text[: ends[-1]] if ends else ""


def supported(cited: Cited, sources: Sequence[_Source]) -> bool:
    """Tell whether a generated sentence is borne out by the passages it cites."""
    if REFUSED in cited.text or not cited.numbers:
        return False
    return check_sentence(cited.text, [sources[number - 1].text for number in cited.numbers]).supported


def _sources(extract: Answer, hits: Sequence[Hit], speech: Callable[[str], Speech]) -> list[_Source]:
    """Return the passages to show the model: those the extractive answer cites first, then the best ranked."""
    quoted = {citation.passage_id for citation in extract.citations}
    ordered = sorted(hits, key=lambda hit: (hit.passage.passage_id not in quoted, hit.rank))
    sources = []
    for hit in ordered[:PASSAGES]:
        found = speech(hit.passage.speech_id)
        start = hit.passage.start
        end = min(hit.passage.end, start + PASSAGE_CHARS)
        spans = [(c.start, c.end) for c in extract.citations if c.passage_id == hit.passage.passage_id]
        # Points of a series may lie beyond their passage; the model must see what it is to cite.
        sources.append(_Source(hit, found, min([start, *(a for a, _ in spans)]), max([end, *(b for _, b in spans)])))
    return sources


def _notes(written: Sequence[Cited], kept: Sequence[Cited]) -> list[str]:
    notes = []
    if dropped := len(written) - len(kept):
        notes.append(f"大模型写的话有{dropped}句在所引原文中没有依据，已删去")
    if unknown := sum(cited.unknown for cited in written):
        notes.append(f"大模型标注的{unknown}个编号不存在，已删去")
    return notes


def _assembled(question: str, kept: Sequence[Cited], sources: Sequence[_Source]) -> Answer:
    """Return the answer with its citations renumbered from 1; a span cited twice keeps one number."""
    from speechrag.writing.answer import cite, join

    citations: dict[tuple[str, int, int], Citation] = {}
    sentences = []
    for cited in kept:
        numbers = []
        for number in cited.numbers:
            source = sources[number - 1]
            start, end = _best_sentence(cited.text, source)
            key = (source.speech.speech_id, start, end)
            if key not in citations:
                citations[key] = cite(len(citations) + 1, source.hit, source.speech, start, end)
            numbers.append(citations[key].number)
        sentences.append(AnswerSentence(cited.text, tuple(dict.fromkeys(numbers))))
    return Answer(question, True, join(s.text for s in sentences), tuple(sentences), tuple(citations.values()))


def _best_sentence(sentence: str, source: _Source) -> tuple[int, int]:
    """Return the span of the source sentence that shares most character pairs with ``sentence``; earliest on a tie."""
    wanted = shingles(sentence, 2)
    text = source.speech.text
    spans = sentence_spans(text, source.start, source.end) or [(source.start, source.end)]
    return max(spans, key=lambda span: (len(wanted & shingles(text[slice(*span)], 2)), -span[0]))
