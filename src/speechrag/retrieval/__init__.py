"""``Query`` to ranked ``Hit``s: lexical and dense channels, filters, fusion, folding of near-identical passages."""
