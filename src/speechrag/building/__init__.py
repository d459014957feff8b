"""The parts of a build: what to do with each file, the texts (in worker processes), what a sidecar file corrects."""
