"""How the report looks: quiet paper, ink, one accent; light and dark, on a screen, a phone and paper."""

STYLE = """
:root{--paper:#fcfbf8;--ink:#26241f;--quiet:#66615a;--rule:#d9d4ca;--accent:#8c1c13;--old:#f5e3e0;--new:#e3efe2;
--old-ink:#7d2a22;--new-ink:#1f5a2a}
@media (prefers-color-scheme:dark){:root{--paper:#1b1a18;--ink:#e4e0d8;--quiet:#a39d92;--rule:#3b3833;--accent:#e0857b;
--old:#46231f;--new:#1e3a24;--old-ink:#f0b3ab;--new-ink:#a9d8b0}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.75 "PingFang SC","Source Han Sans SC",
"Noto Sans CJK SC","Microsoft YaHei",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:1040px;margin:0 auto;padding:32px 24px 80px}
header{border-bottom:2px solid var(--ink);padding-bottom:12px}
h1{font-size:28px;line-height:1.3;margin:0 0 4px}header p{margin:0;color:var(--quiet)}
h2{font-size:20px;margin:48px 0 12px;padding-bottom:4px;border-bottom:1px solid var(--rule)}
h3{font-size:16px;margin:20px 0 4px}
nav{display:flex;flex-wrap:wrap;gap:4px 20px;padding:10px 0;border-bottom:1px solid var(--rule)}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.figures{display:grid;grid-template-columns:repeat(6,1fr);gap:16px 24px;margin:24px 0 0}
.figures dt{color:var(--quiet);font-size:14px}.figures dd{margin:0;font-size:24px;line-height:1.4;white-space:nowrap}
.figures small{font-size:14px;color:var(--quiet);margin-left:4px}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:15px}
th{text-align:left;font-weight:600;color:var(--quiet);white-space:nowrap}
th,td{padding:6px 20px 6px 0;border-bottom:1px solid var(--rule);vertical-align:top}
td:first-child{min-width:8em}.file td:first-child{min-width:2em;white-space:nowrap;color:var(--quiet)}
.file td:nth-child(2){min-width:12em}
.file td:nth-child(n+3){font-size:14px;white-space:nowrap}.file td:nth-child(5){white-space:normal;min-width:14em}
.note{color:var(--quiet);font-size:14px;margin:8px 0}b{color:var(--accent);font-weight:600}
code{font:14px/1.5 ui-monospace,Consolas,"Noto Sans Mono CJK SC",monospace}
details.file{border-bottom:1px solid var(--rule);padding:2px 0}details.file[open]{padding-bottom:20px}
summary{cursor:pointer;padding:6px 0}summary small{color:var(--quiet);margin-left:12px;font-size:14px}
ul{margin:4px 0;padding-left:20px}
.text{list-style:none;padding-left:12px;border-left:2px solid var(--rule);
font-family:"Source Han Serif SC","Noto Serif CJK SC",SimSun,serif}
.text li{padding:2px 0}.text small{white-space:nowrap}
.text small,.cut{font-family:"Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:var(--quiet);
font-size:13px}
del{background:var(--old);color:var(--old-ink);text-decoration:line-through;text-decoration-thickness:1px}
ins{background:var(--new);color:var(--new-ink);text-decoration:none}del,ins{padding:0 2px;border-radius:2px}
meter{width:160px;height:10px;vertical-align:middle;background:var(--rule);border:0}
meter::-webkit-meter-bar{background:var(--rule);border:0;border-radius:0}
meter::-webkit-meter-optimum-value{background:var(--quiet)}meter::-moz-meter-bar{background:var(--quiet)}
@media (max-width:700px){main{padding:20px 16px 60px}h1{font-size:24px}.figures{grid-template-columns:repeat(3,1fr);
gap:12px}.figures dd{font-size:20px}summary small{display:block;margin-left:16px}meter{width:80px}
th,td{padding-right:12px}}
@page{margin:16mm}
@media print{:root{--paper:#fff;--ink:#000;--quiet:#444;--rule:#bbb;--accent:#700}body{font-size:10.5pt}
main{max-width:none;padding:0}nav{display:none}h2,h3{break-after:avoid}tr,li{break-inside:avoid}.wide{overflow:visible}}
"""
