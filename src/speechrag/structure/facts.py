"""What the metadata rules hand on: values, each with the span that proves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from speechrag.records import Evidence

TABLE = "structure_metadata"


@dataclass(frozen=True, slots=True)
class Facts:
    """Values by name, and the span of the speech's text that proves each."""

    values: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def add(self, name: str, value: Any, span: tuple[int, int]) -> None:
        """Keep ``value`` unless the fact was proved before: rules run from the surest to the weakest."""
        if name not in self.values:
            self.values[name] = value
            self.evidence[name] = Evidence(*span)
