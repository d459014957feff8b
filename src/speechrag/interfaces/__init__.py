"""Ways in: the command line, the web page, the langchain retriever. They parse, call the engine and render."""
