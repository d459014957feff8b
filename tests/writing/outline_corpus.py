"""Small speeches written for the outline tests, their sections, and a plain search over them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from speechrag.records import Hit, Passage, Query, Section, Speech
from speechrag.text import bigrams, sentence_spans

_LABEL = re.compile(
    r"^(?:(?P<one>[一二三四五六]、)|(?P<two>（[一二三四五六]）)|(?P<point>[一二三四五六](?:是|要)))", re.MULTILINE
)
_LEVELS = {"one": 1, "two": 2, "point": 5}

NETWORK_COUNTY = """同志们：
这次会议是经县委研究召开的。刚才，周明远同志通报了情况。下面，我讲三点意见。
一、提高认识，切实增强做好网络安全工作的责任感
网络安全是国家安全的重要组成部分。没有网络安全，群众的信息就没有保障，各项工作就没有稳固的根基。
（一）网络安全事关群众切身利益。群众办事的信息都存在信息系统里，一旦泄露，受损失的是群众，受影响的是党委政府的公信力。
（二）网络安全是推进信息化的前提。网站和信息系统用得越广，漏洞带来的危害越大，必须把安全和建设同步考虑。
（三）网络安全形势十分严峻。去年柳河县共发现漏洞31个，黑客攻击手段不断翻新，病毒传播速度越来越快，任何单位都不能心存侥幸。
二、突出重点，全面落实网络安全各项措施
（一）落实等级保护制度。各单位要对信息系统逐个定级备案，按等级配齐防护设备，测评发现的漏洞要限期整改。
（二）完善应急预案。各单位要结合实际制定网络安全应急预案，定期组织演练，做到发现得早、处置得快。柳河县42家单位参加了演练。
（三）加强数据备份。重要信息系统的数据要做到本地和异地备份，防止数据丢失造成工作中断。
三、加强领导，落实网络安全工作责任
（一）强化组织领导。各级各部门主要负责同志要亲自抓网络安全工作，分管领导具体抓，做到有人管、有人干。
（二）落实工作责任。要坚持谁主管谁负责、谁使用谁负责的原则，把网络安全责任落实到岗位、落实到人。
同志们，做好网络安全工作责任重大，让我们共同努力。
"""

NETWORK_CITY = """同志们：
今天召开全市网络安全工作推进会，主要任务是贯彻党的十七大精神，部署下一步工作。
一、认清形势，把网络安全摆上重要位置
网络攻击和信息泄密防不胜防，我市各级各部门必须把网络安全抓在手上。
二、抓住关键，筑牢网络安全防线
一要严格权限管理。全市各单位要定期清理账号权限，离岗人员的账号要及时注销，重要操作要留下日志。
二要加强网站监测。要对政府网站实行全天监测，发现页面被篡改要立即断网处置，并按程序报告。
三要管好外包服务。要与运维外包单位签订保密协议，外包人员进入机房要有专人陪同，做到权限可控、行为可查。
三、强化保障，确保网络安全工作落到实处
一要建强专业队伍。要选配懂技术、负责任的人员从事网络安全工作，定期开展培训，提高发现和处置问题的能力。
二要严格督查考核。要把网络安全工作纳入年度考核，对不重视、不整改的单位通报批评，造成严重后果的严肃追究责任。
2011年三月，清溪市发生了一起案件，《柳河日报》作了报道。
"""

SECURITY_BUREAU = """同志们：
信息安全是信息化建设的生命线，这根弦任何时候都不能松。
一、统一思想，充分认识信息安全工作的重要意义
（一）信息安全是依法履职的基本要求。法律明确了各单位的信息安全义务，不履行就是失职，必须从守法的高度看待信息安全。
（二）信息安全是防范泄密的重要屏障。涉密信息一旦上网就难以收回，必须把保密要求贯穿信息处理的全过程。
二、突出重点，抓好信息安全防护
（一）实行内外网物理隔离。涉密计算机严禁连接互联网，内外网之间严禁交叉使用移动存储介质。
（二）开展安全检查。要定期开展信息安全检查，对弱口令、未打补丁等问题逐项登记，整改一项销号一项。
（三）保护个人信息。收集群众个人信息要遵循最少够用的原则，用完及时封存，严禁通过聊天群传输。
三、健全机制，形成信息安全工作合力
（一）健全协调机制。网信、公安、保密等部门要密切配合，及时通报信息安全预警，形成齐抓共管的局面。
（二）保障经费投入。要把信息安全经费列入预算，新建信息系统要同步安排安全投入，确保设备更新、人员到位。
"""

INFORMATION_CITY = """同志们：
今天召开全市政务信息工作会议。xx同志宣读了表彰决定。
一、提高认识，摆正位置，切实增强抓好政务信息工作的主动性和责任心
（一）政务信息工作是领导决策的重要依据。政务信息工作做得好，领导掌握情况就快，决策就更有针对性。
（二）政务信息工作是联系基层的重要纽带。基层的困难和建议，要靠政务信息工作及时反映上来。
二、突出重点，强化措施
（一）提高信息报送质量。信息员要深入基层调研，多报送有情况、有分析、有建议的信息，防止迟报、漏报、瞒报。
（二）抓好紧急信息报送。遇有突发事件，各单位要在第一时间报送信息，并做好续报。
三、加强领导，建强队伍，保证政务信息各项任务落到实处
（一）加强组织领导。各级各部门要把政务信息工作摆上重要议事日程，主要领导亲自抓，分管领导具体抓，形成一级抓一级、层层抓落实的工作格局。
（二）加强队伍建设。要选配政治素质好、业务水平高的同志从事政务信息工作，定期开展培训，不断提高业务能力。
（三）严格考核奖惩。要把政务信息工作纳入目标考核，定期通报，严格奖惩。
"""

PETITIONS = """同志们：
一、认清形势，增强做好信访工作的紧迫感
（一）信访工作是维护稳定的重要基础。信访工作做不好，矛盾就会积累，稳定就没有保障，全面建设小康社会就会受影响。
（二）信访工作是联系群众的重要渠道。群众来信来访反映的诉求，是了解民情的第一手材料，必须认真对待。
二、突出重点，化解信访突出问题
（一）加强矛盾纠纷排查。各单位要定期排查矛盾纠纷，对排查出的信访问题逐件登记，明确包案领导和办结时限。
（二）畅通信访渠道。领导干部要带头接访下访，面对面听取群众诉求，让群众的问题有地方说、有人管。
三、落实责任，确保信访工作取得实效
（一）落实领导责任。主要领导要对信访工作负总责，疑难信访案件要亲自包案、亲自协调。
（二）严格责任追究。对推诿扯皮引发越级上访的，要严肃追究有关人员责任。
"""


def speech(speech_id: str, title: str, text: str) -> Speech:
    """Return a speech with the sections that its numbers mark."""
    doc_id, _, ordinal = speech_id.partition("-")
    return Speech(
        speech_id,
        doc_id,
        f"{title}.txt",
        int(ordinal),
        title,
        text,
        0,
        len(text),
        tuple(_sections(text)),
        family=doc_id,
    )


def _sections(text: str) -> Iterable[Section]:
    found = [(match, _LEVELS[str(match.lastgroup)]) for match in _LABEL.finditer(text)]
    for index, (match, level) in enumerate(found):
        end = next((later.start() for later, other in found[index + 1 :] if other <= level), len(text))
        stop = re.compile(r"[。\n]").search(text, match.end())
        head_end = stop.start() if stop else len(text)
        yield Section(
            text[match.end() : head_end], level, match.start(), end, label=match.group(), body=min(head_end + 1, end)
        )


def speeches() -> list[Speech]:
    """Return three speeches on the security of networks and two on other themes."""
    return [
        speech("aaa-1", "柳河县委领导在全县网络安全工作会议上的讲话", NETWORK_COUNTY),
        speech("bbb-1", "清溪市领导在全市网络安全工作推进会上的讲话", NETWORK_CITY),
        speech("ccc-1", "在信息安全工作座谈会上的讲话", SECURITY_BUREAU),
        speech("ddd-1", "在全市政务信息工作会议上的讲话", INFORMATION_CITY),
        speech("eee-1", "在全县信访工作会议上的讲话", PETITIONS),
    ]


class Corpus:
    """Speeches with passages of a few sentences and a search by shared character pairs."""

    def __init__(self, held: Sequence[Speech]) -> None:
        self._speeches = {one.speech_id: one for one in held}
        self._passages = [passage for one in held for passage in _passages(one)]
        self._pairs = [Counter(bigrams(passage.text)) for passage in self._passages]

    def speech(self, speech_id: str) -> Speech:
        return self._speeches[speech_id]

    def retrieve(self, query: Query) -> list[Hit]:
        wanted = set(bigrams(query.text))
        scored = [
            (sum(1.0 for pair in wanted if pair in pairs) / (20 + sum(pairs.values())), passage)
            for pairs, passage in zip(self._pairs, self._passages, strict=True)
        ]
        best = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].passage_id))
        return [
            Hit(rank, score, passage, self.speech(passage.speech_id).source, "", passage.text)
            for rank, (score, passage) in enumerate(best[: query.top_k], 1)
        ]


def _passages(one: Speech) -> Iterable[Passage]:
    spans = sentence_spans(one.text)
    for ordinal, first in enumerate(range(0, len(spans), 3), 1):
        start, end = spans[first][0], spans[min(first + 2, len(spans) - 1)][1]
        yield Passage(f"{one.speech_id}.{ordinal}", one.speech_id, (), one.text[start:end], start, end)
