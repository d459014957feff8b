"""The level of a borrowed sentence: what it calls its own county becomes the new speech's own city, town or village."""

from __future__ import annotations

import re

from speechrag.writing.outlines.meetings import GOVERNED

_SUBORDINATE = re.compile(
    r"各(?:县市区|市州|州市|市县区|区县市|县\(市、区\)|县（市、区）|市区|县区|区县|市县|区市|乡镇|镇乡|镇街)(?:[（(](?:街道|办事处)[)）]|、?街道)?"
)
_BELOW = {
    "省": "各市县",
    "市": "各县区",
    "县": "各乡镇",
    "区": "各镇街",
    "旗": "各乡镇",
    "镇": "各村（社区）",
    "乡": "各村",
    "街道": "各社区",
}
# The units below, named without 各: 县区长是第一责任人. What they are called under the new level.
_UNITS = re.compile(
    r"(?<![省市各全我本])(?:县[（(](?:市、)?区[)）]|县市区|市县区|区县市|县区|区县)(?=[委长直级]|党|政|两级|[、，]|主要|负责|领导|[\u4e00-\u9fff]{1,6}(?:[局办]|部门))"
)
_UNITS_BELOW = {"县": "乡镇", "区": "镇街", "旗": "乡镇"}
# What is of the source's own level, where the level is no part of another word (市场, 区域): its organs and posts, and
# the offices that a level below the county lacks.
_OWN_LEVEL = r"(?<![省市县区州旗镇乡各全我本城到园辖社地灾山库景小校新老郊两该发开范能林矿牧聚]){old}"
_ORGAN = (
    _OWN_LEVEL
    + r"(?=委|政府|政协|人大|纪委|直|财政(?!局)|长(?!期|远|效|处|短|度|久|足|大|治)|上(?=将|要|已|的统一)"
    + r"|[级里](?!以[上下]|别))"
)
_OFFICE = _OWN_LEVEL + (
    r"(?![场容民域内外块间区县化])(?=[\u4e00-\u9fff]{{0,10}}?(?:局(?![面部势限])|指挥部|领导小组|委员会|安委[会办]|(?:信息|政务|服务|指挥|公积金|交易|疾控|监测|数据)中心|(?:卫[健计]|发改|住建|经信|国资)委|法院|检察院|联合会|总工会|办(?=要|将|会同|牵|负责|统一)))"
)
# Of these a level below the county speaks as of what is above it; a bureau (局) stays what it is called.
_ABOVE = _OWN_LEVEL + r"(?=[\u4e00-\u9fff]{{0,6}}?(?:指挥部|安委[会办]|领导小组))"
_COMMITTEE = {"镇": "党委", "乡": "党委", "街道": "党工委"}  # 镇 has no 镇委


def at_level(text: str, old: str, new: str) -> str:
    """Put the new speech's level where the source speaks of its own (我市 -> 我县); unknown levels turn neutral."""
    if not old or old == new:
        return text
    if not new:
        return re.sub(rf"[全我本]{old}(?![级域际])", "本地", text)
    text = re.sub(rf"([全我本]){old}(?![级域际])", rf"\g<1>{new}", text)
    if new in _BELOW:
        text = re.sub(_SUBORDINATE, _BELOW[new], text)
    if old == "市" and new in _COMMITTEE:
        text = re.sub(r"(?:村（社区）)长", "村（社区）主要负责人", _UNITS.sub("村（社区）", text))
    if old == "市" and new in _UNITS_BELOW:
        text = re.sub(r"(?<=乡镇|镇街)委(?!员)", "党委", _UNITS.sub(_UNITS_BELOW[new], text))
    if new in GOVERNED and old in "市县区州旗":
        text = re.sub(_ORGAN.format(old=old), new, text)
        if new in _COMMITTEE:
            text = re.sub(_ABOVE.format(old=old), "上级", text)
        else:
            text = re.sub(_OFFICE.format(old=old), new, text)
        text = re.sub(rf"{new}委(?!员|托|派)", new + _COMMITTEE.get(new, "委"), text)
        text = text.replace(f"{new}中级人民法院", f"{new}人民法院" if new in _UNITS_BELOW else f"{new}中级人民法院")
    return text
