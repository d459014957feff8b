"""Topics, judgements and runs in TREC and BEIR form, measures equal to trec_eval's, comparisons and reports."""
