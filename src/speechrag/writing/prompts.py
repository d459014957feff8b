"""Prompts as files: one TOML a prompt with its variables declared; and the fence around retrieved text.

A prompt file holds exactly ``description``, ``version``, ``variables``, ``system`` and ``user``. A variable stands in
the templates as ``{name}``; every declared variable is used and every used one declared.
"""

from __future__ import annotations

import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speechrag.errors import PromptError
from speechrag.text import displayable, fold, sentence_spans

_KEYS: Mapping[str, type] = {"description": str, "version": int, "variables": list, "system": str, "user": str}
_VARIABLE = re.compile(r"\{(\w+)\}")
# Anything that looks like a fence of ours, whatever its token: a document must not be able to close or open one.
_FENCE = re.compile(r"[<＜〈《]{2,}[^<>＜＞〈〉《》\n]{0,80}[>＞〉》]{2,}")
# Words addressed to a model, not to an audience. A speech hardly ever holds one; a poisoned page must.
_INSTRUCTION = re.compile(
    r"(?:忽略|无视|忘记|不要理会|跳过)(?:掉)?(?:以上|上述|上面|前面|之前|先前|此前|所有|一切|你的)[^。\n]{0,12}?(?:指令|要求|规则|规矩|内容|设定|提示|资料)|"
    r"系统(?:提示词?|指令|消息|口令)|提示词|你(?:现在|从现在起)?(?:是|扮演)(?:一[个名位])?(?:ai|人工智能|语言模型|助手|机器人)|"
    r"作为(?:一[个名位])?(?:ai|人工智能|语言模型|大模型|智能助手)|(?:请|务必|你)(?:只|仅|直接|立即|原样)(?:输出|回复|回答|复述|打印)|"
    r"(?:输出|复述|打印|泄露)(?:以下|如下|系统|规则|提示|口令)|回答(?:任何|所有|这个|用户)?问题时[^。\n]{0,8}(?:必须|请|要|一律|只)|"
    r"ignore(?:all|any|the|every|previous|above|prior|your)|disregard(?:all|any|the|previous|above|prior)|systemprompt|"
    r"(?:newinstructions?|youarenow|asanai|developermode|jailbreak)|(?:reveal|print|output|repeat)(?:the|your)|respondwith|"
    r"<\|[a-z_]+\|>|\[/?inst\]|<<sys>>|(?:^|\n)#{0,6}(?:system|assistant|user|human)[:：]|"
    r"[\"']role[\"'][:：][\"'](?:system|assistant|user|tool)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A checked prompt; ``path`` is the file it came from."""

    path: Path
    description: str
    version: int
    variables: tuple[str, ...]
    system: str
    user: str

    def render(self, **values: str) -> tuple[str, str]:
        """Return the system and the user message. Raises PromptError for missing or undeclared variables."""
        missing = sorted(set(self.variables) - set(values))
        if missing:
            raise PromptError(f"{self.path}: variable {', '.join(missing)} is declared but was not given")
        unknown = sorted(set(values) - set(self.variables))
        if unknown:
            raise PromptError(f"{self.path}: variable {', '.join(unknown)} was given but is not declared")
        # One pass, so that a value holding "{question}" stays as it is.
        system, user = (_VARIABLE.sub(lambda m: values[m.group(1)], text) for text in (self.system, self.user))
        return system, user


def load_prompt(folder: Path, name: str) -> Prompt:
    """Read ``folder/name.toml``. Raises PromptError naming the file and what is wrong with it."""
    path = folder / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise PromptError(
            f"{path}: cannot be read ({exc.strerror})", hint="set `prompts` to the prompt folder"
        ) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise PromptError(f"{path}: not valid TOML in UTF-8 ({exc})") from exc
    return _checked(path, data)


def _checked(path: Path, data: Mapping[str, Any]) -> Prompt:
    unknown = sorted(set(data) - set(_KEYS))
    if unknown:
        raise PromptError(f"{path}: unknown key `{unknown[0]}`; known keys: {', '.join(_KEYS)}")
    for key, kind in _KEYS.items():
        if key not in data:
            raise PromptError(f"{path}: key `{key}` is missing")
        if not isinstance(data[key], kind) or isinstance(data[key], bool):
            raise PromptError(f"{path}: key `{key}` is {data[key]!r}; expected {kind.__name__}")
    variables = data["variables"]
    if not all(isinstance(name, str) for name in variables):
        raise PromptError(f"{path}: key `variables` must list names")
    used = set(_VARIABLE.findall(data["system"] + data["user"]))
    for name in sorted(used ^ set(variables)):
        state = "used but not declared" if name in used else "declared but not used"
        raise PromptError(f"{path}: variable {name} is {state}")
    return Prompt(path, data["description"], data["version"], tuple(variables), data["system"], data["user"])


def new_token() -> str:
    """Return a fence token that no document can know: random, made for one request."""
    return secrets.token_hex(8)


def neutral(text: str, token: str) -> str:
    """Return ``text`` without anything that could pass for a fence, and without invisible characters."""
    return _FENCE.sub("", displayable(text).replace(token, ""))


def told(text: str) -> str:
    """Return ``text`` without what is addressed to a model: from such a sentence to the end of its line.

    What an instruction wants said stands behind it and would pass for evidence of itself.
    """
    return "\n".join(_before_instruction(line) for line in text.split("\n"))


def _before_instruction(line: str) -> str:
    # A letter may be spaced, full-width or parted by an invisible mark to escape notice.
    bare = [(char, place) for place, given in enumerate(line) for char in fold(given) if not char.isspace()]
    found = _INSTRUCTION.search("".join(char for char, _ in bare))
    if not found:
        return line
    at = bare[found.start()][1]
    starts = [start for start, end in sentence_spans(line) if start <= at]
    return line[: starts[-1] if starts else at].rstrip()


def fence(texts: Sequence[str], token: str) -> str:
    """Return the texts numbered from 1, each between fences that carry ``token``."""
    blocks = (
        f"<<<资料 {n} {token}>>>\n{neutral(text, token)}\n<<<完 {n} {token}>>>" for n, text in enumerate(texts, 1)
    )
    return "\n\n".join(blocks)
