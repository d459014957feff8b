"""Why a file was left out, in Chinese: what happened and what to do."""

from __future__ import annotations

import re

# The stages' own sentences, by words that are always in them; the first that fits says it.
_REASONS = (
    # Of speeches.csv; first, because such a line may quote why its file was left out.
    (r"the column `(.+?)` stands twice", "“{}”一列出现两次，以后一列为准"),
    (r"has no column `(.+?)`", "第一行里没有“{}”一列，没有采用"),
    (r"is no table", "不是表格，请另存为 CSV"),
    (r"there is no file '(.*?)' here", "这里没有文件“{}”，这一行没有采用"),
    (r"names no file", "没有写明文件，这一行没有采用"),
    (r"holds (\d+) speech\(es\) and no number (\d+)", "只有 {} 篇，没有第 {} 篇，这一行没有采用"),
    (r"`(.+?)` is another one in line (\d+)", "“{}”与第 {} 行不一致，以那一行为准"),
    (r"`(.+?)` is (.+?); .*(?:is not used)", "“{}”填的是 {}，不合规定，没有采用"),
    (r"^(.+) was skipped \(.*the line is not used", "“{}”没有读进来，这一行没有采用"),
    (r"the (?:line|title) is not used", "这一行没有采用"),
    # Of the readers.
    (r"needs LibreOffice", "需要 LibreOffice 才能读旧版文档，安装后重新建立索引"),
    (r"LibreOffice", "LibreOffice 打不开这个文档，请另存为 docx"),
    (r"password", "文件有密码，请去掉密码另存"),
    (r"no text layer on \d+ pages \(([\d, .]+)\)", "第 {} 页是扫描件，没有文字，需要先做文字识别（OCR）"),
    (r"no text layer|without a table of characters", "文件里没有可读的文字，可能是扫描件，请先做文字识别（OCR）"),
    (r"holds no text|field `text` is empty", "文件里没有文字"),
    (r"holds no page|not a readable web page", "网页文件里没有网页"),
    (r"field `text`", "这一行没有可用的 text 字段"),
    (r"not valid JSON|not a JSON object", "这一行的 JSON 格式不对，请改正"),
    (r"Excel or PowerPoint", "是表格或演示文稿，请把文字另存为文本"),
    (r"no reader takes (\S+) files; (.+) are read", "不读 {} 文件；能读的有 {}"),
    (r"not a text", "不是文字文件"),
    (r"was lost before it was saved", "文字在保存之前就已大半丢失（满是“锟斤拷”或�），请重新获取原文"),
    (r"(\d+) lines were read in a wrong encoding", "有 {} 行是用错了编码的乱码，还原不了，照原样保留"),
    (r"(\d+) characters were already lost", "有 {} 个字在保存之前就已丢失（�）"),
    (r"fits no encoding", "看不出文字用的是什么编码，请另存为 UTF-8"),
    (r"has (\d+) pages; at most (\d+)", "有 {} 页，最多读 {} 页，请拆成几份"),
    (r"larger than (\d+) MB", "文件太大（超过 {} MB），请拆成几份"),
    (r"longer than (\d+) million characters", "文字太长（超过 {}00 万字），请拆成几份"),
    (r"(\d+) characters stand in it without an end", "有 {} 个字连成一片，没有句号也没有换行，不像讲话，没有收录"),
    (r"decompression bomb|over what it declares", "解压后大得不正常，没有读取"),
    (r"over the limit", "解压后太大，请拆成几份"),
    (r"none of its (\d+) members", "里面的 {} 个文件一个也没有读成，原因分别列出"),
    (r"packed by a method", "压缩方法不常见，读不了，请重新打成普通的 zip"),
    (r"members", "压缩包里的文件太多，请拆成几份"),
    (r"inside an archive", "压缩包套得太深，请先解压"),
    (r"archive is empty", "压缩包是空的"),
    (r"leads out of the archive", "压缩包里的文件名指向包外，没有读取"),
    (r"symbolic link", "是链接，不读取链接"),
    (r"not a regular file", "不是普通文件，没有读取"),
    (r"changed while it was read", "读取时文件还在改动，请存好后重新建立索引"),
    (r"declares a document type", "文档里有不该有的声明，没有读取"),
    (r"timeout", "读取超时，已停止；文件可能已损坏"),
    (r"needs more than (\d+) MB", "读取它需要的内存超过 {} MB，请拆成几份"),
    (r"crashed|ended without an answer|answered with something unusable", "读取时出错停止，文件可能已损坏"),
    (r"(?:could not be processed|cleaned it).*please report", "整理这个文件时出错，请把它反馈给维护者"),
    (r"footnotes stand in brackets", "脚注放在所在段落后面的括号里"),
    (r"footnotes are missing|(?:foot|end)notes were left out", "有脚注没有读出来"),
    (r"the Word document's part", "Word 文档里有一部分读不出来，请另存一份"),
    (r"the build was stopped", "建立索引时中断了，请重新建立"),
    (r"cannot be (?:read|listed|started)", "文件打不开，请检查读取权限"),
    (r"damaged", "文件已损坏，请重新下载或另存"),
    (r"cut short", "文件不完整，请重新下载或另存"),
    (r"there is no column `(.*?)`", "表头里没有“{}”这一列，没有采用"),
    (r"(\d+) values of (\d+) speeches corrected", "按它订正了 {1} 篇讲话的 {0} 处"),
    (r"(\d+) more such lines", "还有 {} 行有同样的问题"),
    (r"too much byte-shifted text; what stands from (\d+) on", "错位的文字太多，第 {} 字以后没有整理"),
    (r"(\d+): '(.*)' is read as '(.*)'; the rest cannot be known", "第 {} 字处“{}”读作“{}”，其余无法确定"),
)
_TABLE = [(re.compile(pattern, re.DOTALL), sentence) for pattern, sentence in _REASONS]


def told(reason: str) -> str:
    """Return a reason or note of the ledger in Chinese; one that is not known is quoted after a word of explanation."""
    for pattern, sentence in _TABLE:
        if match := pattern.search(reason):
            return sentence.format(*match.groups())
    return reason if any("\u4e00" <= char <= "\u9fff" for char in reason) else f"没有读进来（{reason}）"
