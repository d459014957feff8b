"""Five short speeches written for these tests, and the settings that index them in a quarter of a second."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from speechrag.build import build_index
from speechrag.config import Settings
from speechrag.records import BuildReport

SAFETY = """在全县安全生产工作会议上的讲话
同志们：
今天召开全县安全生产工作会议，主要任务是总结去年工作，部署今年任务。下面，我讲三点意见。
一、认清形势，绷紧安全生产这根弦
去年全县共排查隐患四百一十二处，整改率百分之九十六。剩下的都是难啃的骨头，一处也不能放过。
二、突出重点，抓好隐患排查整治
（一）抓矿山
对停产整顿的矿山，每天至少巡查一次。凡发现擅自复工的，一律从严处理。
（二）抓道路交通
春运期间，县乡道路急弯陡坡路段的警示标志必须全部到位。
三、压实责任，确保措施落到实处
各乡镇主要负责人每月带队检查不少于一次，检查情况书面报县安委会办公室。
"""
INFORMATION = """在全区信息工作会议上的讲话
同志们：
信息是领导决策的依据。下面，我就做好信息工作讲两点意见。
一、认清形势，增强做好信息工作的责任感
上半年全区共报送信息一千二百六十条，被市里采用二百零四条，采用量居全市第三位。
二、突出重点，提高信息报送的质量
重大突发事件最迟不得晚于事发后两小时上报；特别紧急的情况应当先用电话报告。
迟报、漏报、瞒报的，在全区通报批评。
"""
PETITION = """在全市信访工作会议上的讲话
同志们：
信访工作是了解民情、集中民智、维护民利、凝聚民心的工作。
一、正视问题，切实增强紧迫感
全市受理群众来信来访八百七十三件，同比下降百分之十一，重复信访仍占三成左右。
二、落实责任，把问题解决在基层
领导干部每月接访不少于一天，来访群众十五日内要有答复。
"""
FLOOD = """在防汛抗旱工作会议上的讲话
同志们：
入汛以来，全市平均降雨量比常年偏多两成。
一、盯住水库
小型水库的巡查责任人必须二十四小时在岗，汛限水位以上一律开闸。
二、备足物资
各县要储备编织袋五万条以上，冲锋舟不少于十艘。
"""
SCHOOL = """在教师节表彰大会上的讲话
老师们，同志们：
今天我们欢聚一堂，庆祝教师节。
一、尊师重教
三年来全县新建学校七所，改造薄弱学校二十三所，招聘教师四百名。
二、教书育人
希望广大教师静下心来教书，潜下心来育人。
"""
TEXTS: Mapping[str, str] = {
    "安全.txt": SAFETY,
    "信息.txt": INFORMATION,
    "信访.txt": PETITION,
    "防汛.txt": FLOOD,
    "教师.txt": SCHOOL,
}
QUICK = Settings(embedder="hash", segmenter="characters", passage_chars=80)


def write_texts(folder: Path, texts: Mapping[str, str] = TEXTS) -> Path:
    """Write ``texts`` (name -> text) below ``folder`` and return it."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def build(sources: Path, index: Path, settings: Settings = QUICK) -> BuildReport:
    """Build ``index`` from one folder."""
    return build_index([sources], index, settings)
