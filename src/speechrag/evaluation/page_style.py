"""How the evaluation page looks: quiet paper, ink, one accent; light and dark, on a screen and on paper."""

STYLE = """
:root{--paper:#fcfbf8;--ink:#26241f;--quiet:#66615a;--rule:#ddd8ce;--accent:#8c1c13;--bar:#b9b0a2;--second:#3c5a73}
@media (prefers-color-scheme:dark){:root{--paper:#1b1a18;--ink:#e4e0d8;--quiet:#a39d92;--rule:#3b3833;
--accent:#e0857b;--bar:#6d665b;--second:#8fb3cf}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.75 "PingFang SC","Source Han Sans SC",
"Noto Sans CJK SC","Microsoft YaHei",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:1040px;margin:0 auto;padding:32px 24px 80px}
header{border-bottom:2px solid var(--ink);padding-bottom:12px}
h1{font-size:28px;line-height:1.3;margin:0 0 4px}header p,.note{margin:0;color:var(--quiet)}
h2{font-size:20px;margin:48px 0 12px;padding-bottom:4px;border-bottom:1px solid var(--rule)}
.note{font-size:14px;margin:8px 0}
.figures{display:grid;grid-template-columns:repeat(6,1fr);gap:16px 24px;margin:24px 0 0}
.figures dt{color:var(--quiet);font-size:14px;white-space:nowrap}
.figures dd{margin:0;font-size:24px;line-height:1.4;white-space:nowrap}
.figures small{font-size:14px;color:var(--quiet);margin-left:4px}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:15px}
th{font-weight:600;color:var(--quiet);white-space:nowrap}
th,td{padding:6px 0 6px 20px;border-bottom:1px solid var(--rule);vertical-align:top;text-align:right}
th:first-child,td:first-child{text-align:left;padding-left:0}
td:first-child{min-width:7em}td:nth-child(n+2){white-space:nowrap}
.plain td:nth-child(2){white-space:normal}.worst td:nth-child(2){white-space:normal;min-width:14em}
.plain th,.plain td,.worst th:nth-child(2),.worst td:nth-child(2){text-align:left}
b{color:var(--accent);font-weight:600}
code{font:13px/1.6 ui-monospace,Consolas,"Noto Sans Mono CJK SC",monospace}
svg{display:block;width:100%;max-width:720px;height:auto;margin:12px 0}
svg text{font-size:13px;fill:var(--ink)}svg .quiet{fill:var(--quiet)}
.grid{stroke:var(--rule)}.axis{stroke:var(--quiet)}.whisker{stroke:var(--ink);stroke-width:1.25}
.bar{fill:var(--bar)}.gain{fill:var(--second)}.loss{fill:var(--accent)}
.line{fill:none;stroke-width:2}.first{stroke:var(--accent)}
.second{stroke:var(--second)}.line.second{stroke-dasharray:7 4}
.dot{stroke:none}.dot.first{fill:var(--accent)}.dot.second{fill:var(--second)}
.key{display:flex;gap:24px;font-size:14px;color:var(--quiet)}
.key i{display:inline-block;width:22px;border-top:3px solid var(--accent);vertical-align:middle;margin-right:6px}
.key .second{border-top:3px dashed var(--second)}
ul{margin:8px 0;padding-left:20px}
@media (max-width:700px){main{padding:20px 16px 60px}h1{font-size:24px}.figures{grid-template-columns:repeat(3,1fr);
gap:12px}.figures dd{font-size:20px}svg text{font-size:17px}}
@page{margin:16mm}@media print{:root{--paper:#fff;--ink:#000;--quiet:#444;--rule:#bbb;--accent:#700;--bar:#aaa;
--second:#246}body{font-size:10.5pt}main{max-width:none;padding:0}h2,h2+.note,h2+.key{break-after:avoid}tr,svg{break-inside:avoid}
.wide{overflow:visible}table{font-size:9pt}}
"""
