"""Why a file was left out, in the words of the page: what happened and what to do."""

from __future__ import annotations

# The readers' own sentences, by a part that is always in them; the first that fits says it.
_REASONS = (
    ("needs LibreOffice", "需要 LibreOffice 才能读旧版文档，安装后重新建立索引"),
    ("LibreOffice", "LibreOffice 打不开这个文档，请另存为 docx"),
    ("password", "文件有密码，请去掉密码另存"),
    ("holds no text", "文件里没有文字，可能是扫描件"),
    ("holds no page", "网页文件里没有网页"),
    ("field `text`", "这一行没有可用的 text 字段"),
    ("not valid JSON", "这一行的 JSON 格式不对，请改正"),
    ("not a JSON object", "这一行的 JSON 格式不对，请改正"),
    ("Excel or PowerPoint", "是表格或演示文稿，请把文字另存为文本"),
    ("not a text", "不是文字文件"),
    ("larger than", "文件太大，请拆成几份"),
    ("over the limit", "解压后太大，请拆成几份"),
    ("members", "压缩包里的文件太多，请拆成几份"),
    ("inside an archive", "压缩包套得太深，请先解压"),
    ("archive is empty", "压缩包是空的"),
    ("leads out of the archive", "压缩包里的文件名指向包外，没有读取"),
    ("symbolic link", "是链接，不读取链接"),
    ("changed while it was read", "读取时文件还在改动，请存好后重新建立索引"),
    ("cannot be read", "文件打不开，请检查读取权限"),
    ("damaged", "文件已损坏，请重新下载或另存"),
    ("cut short", "文件不完整，请重新下载或另存"),
)


def told(reason: str) -> str:
    """Return a reason of the ledger in Chinese; one that is not known is quoted after a word of explanation."""
    if any("\u4e00" <= char <= "\u9fff" for char in reason):
        return reason
    return next((sentence for part, sentence in _REASONS if part in reason), f"没有读进来（{reason}）")
