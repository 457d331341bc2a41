/** The style of a report: light and dark, on screens and on paper (A4). */
export const STYLE = `
:root{color-scheme:light;--ground:#f4f5f7;--surface:#fff;--sunken:#e9ecf0;--ink:#16202b;--soft:#55616e;--line:#d5dae1;--strong:#6f7c8b;--accent:#1c5bb8;--good:#17693a;--good-soft:#e2f4e8;--bad:#b3142b;--bad-soft:#fde9ec;--warn:#7a4b00;--warn-soft:#fff0d4;--mic:#2f6fd0;--speaker:#0f8577;--screen:#7a55c7;--gap:#e9ecf0;--gap-line:#c3cad3;--bad-gap:#fde9ec;--bad-line:#d5455a;--flag:#55616e}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;--ground:#10151b;--surface:#19212a;--sunken:#0c1116;--ink:#e9eef3;--soft:#a5b1be;--line:#2c3743;--strong:#8b99a8;--accent:#86b6ff;--good:#6fd896;--good-soft:#10301c;--bad:#ff8b98;--bad-soft:#3a1219;--warn:#ffc25a;--warn-soft:#33250b;--mic:#5b93e6;--speaker:#2fa696;--screen:#9a7be0;--gap:#222c37;--gap-line:#3d4a58;--bad-gap:#3a1219;--bad-line:#c0485a;--flag:#a5b1be}}
*{box-sizing:border-box}
html{background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;-webkit-text-size-adjust:100%}
body{margin:0}
main{max-width:62rem;margin:0 auto;padding:1.25rem}
h1{font-size:1.9rem;line-height:1.2;margin:.1rem 0 .35rem;letter-spacing:-.01em}
h2{font-size:1.2rem;line-height:1.3;margin:0 0 .6rem}
p{margin:.4rem 0}
a{color:var(--accent)}
.confidential{background:var(--warn-soft);color:var(--warn);border:1px solid;border-radius:10px;padding:.7rem 1rem;margin:0 0 1.5rem;font-size:.92rem}
.confidential strong{text-transform:uppercase;letter-spacing:.06em;margin-right:.4rem}
header{margin:0 0 1.25rem}
.badge{display:inline-block;border:1.5px solid;border-radius:99px;padding:.2rem .9rem;text-decoration:none;font-weight:600;margin-top:.6rem}
.badge.good{color:var(--good);background:var(--good-soft)}.badge.bad{color:var(--bad);background:var(--bad-soft)}
.badge.good::before{content:"\\2713\\00a0\\00a0"}.badge.bad::before{content:"\\2717\\00a0\\00a0"}
.sums{list-style:none;margin:0 0 .8rem;padding:0}
.sums li{margin:.3rem 0}
.kind{color:var(--soft);margin:0}
.lead{font-size:1.1rem;color:var(--soft);margin:0}
section{background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:1.1rem 1.25rem 1.25rem;margin:0 0 1rem}
.note,.soft{color:var(--soft)}
.note{font-size:.92rem}
.verdict{border-width:2px}
.verdict.good{border-color:var(--good)}
.verdict.good h2{color:var(--good)}
.verdict.bad{border-color:var(--bad);background:var(--bad-soft)}
.verdict.bad h2,.bad-note{color:var(--bad)}
.verdict.bad .note,.verdict.bad .soft{color:var(--ink)}
.checks{list-style:none;margin:.5rem 0;padding:0}
.checks li{padding-left:1.7rem;position:relative;margin:.25rem 0}
.checks li::before{position:absolute;left:.2rem;font-weight:700}
.checks .yes::before{content:"\\2713";color:var(--good)}
.checks .no::before{content:"\\2717";color:var(--bad)}
.findings li{overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.9rem 1.5rem;margin:0}
.facts dt{color:var(--soft);font-size:.85rem}
.facts dd{margin:0;overflow-wrap:anywhere}
.scroller{overflow-x:auto}
.timeline{display:block;width:100%;min-width:44rem;height:auto;font:13px system-ui,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
.timeline text{fill:var(--ink)}
.timeline .row-note,.timeline .tick-note,.timeline .lane-name{fill:var(--soft);font-size:12px}
.timeline .row-name{font-weight:600}
.timeline .tick-name,.timeline .tick-note,.timeline .gap-label{text-anchor:middle}
.timeline .mark-label{font-size:12px;paint-order:stroke;stroke:var(--surface);stroke-width:5px;stroke-linejoin:round}
.timeline .gap-label{font-size:12px}
.timeline .left{text-anchor:end}
.label-ground{fill:var(--surface)}
.fill-mic{fill:var(--mic)}.fill-speaker{fill:var(--speaker)}.fill-screen{fill:var(--screen)}
.fill-wanted{fill:url(#wanted)}.fill-unwanted{fill:url(#unwanted)}
.gap{fill:var(--gap)}.gap-line{fill:var(--gap-line)}.bad-gap{fill:var(--bad-gap)}.bad-line{stroke:var(--bad-line);stroke-width:1.6;fill:none}
.lane{stroke:var(--line)}
.axis,.tick{stroke:var(--strong)}
.break{stroke:var(--strong);stroke-dasharray:3 4}
.mark-bad{stroke:var(--bad);stroke-width:2.6;stroke-linecap:round;fill:none}
.mark-warning{fill:var(--warn)}
.mark-tag{fill:var(--accent)}
.mark-consent{fill:var(--good)}.mark-consent.refused{fill:var(--bad)}
.mark-eye{fill:var(--surface);stroke:var(--ink);stroke-width:1.4}
.mark-pupil{fill:var(--ink)}
.mark-flag{fill:var(--flag);stroke:var(--ink);stroke-width:.8}
.mark-flag.red{fill:#d83a4e}.mark-flag.yellow{fill:#e8b400}.mark-flag.green{fill:#2f9e5b}.mark-flag.blue{fill:#3f7fe0}
.legend{font-size:.88rem;color:var(--soft);margin:.6rem 0 0}
.key{display:inline-block;width:1.6rem;height:.8rem;border-radius:3px;margin:0 .45rem 0 1.2rem}
.key:first-child{margin-left:0}
.key.recorded{background:linear-gradient(90deg,var(--mic) 33%,var(--speaker) 33% 66%,var(--screen) 66%)}
.key.wanted{background:repeating-linear-gradient(135deg,var(--gap-line) 0 2px,var(--gap) 2px 6px)}
.key.unwanted{background:repeating-linear-gradient(45deg,var(--bad-line) 0 1.5px,transparent 1.5px 6px),repeating-linear-gradient(135deg,var(--bad-line) 0 1.5px,var(--bad-gap) 1.5px 6px)}
.table{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.94rem}
th,td{text-align:left;vertical-align:top;padding:.5rem .9rem .5rem 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:500;font-size:.85rem;padding-top:0}
tbody th{font-weight:600}
.time,.amount{white-space:nowrap;font-variant-numeric:tabular-nums}
.value{overflow-wrap:anywhere;max-width:28rem}
.former bdi{text-decoration:line-through}
.plain{list-style:none;margin:0;padding:0}
.hash,code,pre{font-family:ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",monospace}
code{font-size:.9em;overflow-wrap:anywhere}
.hash{font-size:.75rem;overflow-wrap:anywhere;min-width:17rem}
.steps{list-style:none;margin:0;padding:0}
.steps li{border-left:4px solid var(--line);padding:.1rem 0 .1rem .9rem;margin:.7rem 0}
.steps .granted{border-color:var(--good)}.steps .declined,.steps .withdrawn{border-color:var(--bad)}
details{margin:.5rem 0 0}
summary{cursor:pointer;color:var(--accent)}
details.inline{margin:0;font-size:.88rem}
details[open]>summary{margin-bottom:.5rem}
.how{padding-left:1.3rem;margin:.6rem 0}
.how>li{margin:0 0 1rem}
pre{background:var(--sunken);border-radius:8px;padding:.7rem .9rem;margin:.4rem 0;overflow-x:auto;font-size:.8rem;line-height:1.45}
footer{max-width:62rem;margin:0 auto;padding:0 1.25rem 2rem;color:var(--soft);font-size:.88rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
@page{size:A4;margin:16mm 14mm}
@media print{
details:not(.screen-only)::details-content{content-visibility:visible;block-size:auto}
:root{color-scheme:light;--ground:#fff;--surface:#fff;--sunken:#f1f3f5;--ink:#000;--soft:#444;--line:#bbb;--strong:#777;--accent:#1c5bb8;--good:#17693a;--good-soft:#fff;--bad:#b3142b;--bad-soft:#fff;--warn:#7a4b00;--warn-soft:#fff;--mic:#2f6fd0;--speaker:#0f8577;--screen:#7a55c7;--gap:#eef0f3;--gap-line:#b9c1cb;--bad-gap:#fde9ec;--bad-line:#d5455a;--flag:#555}
html{font-size:10.5pt}
main,footer{max-width:none;padding:0}
section{border-width:0 0 1px;border-radius:0;padding:.4rem 0 .8rem;margin:0 0 .6rem}
.verdict{border:1.5px solid;border-radius:8px;padding:.7rem .9rem}
h2{break-after:avoid}
h2+p,h2+ul{break-before:avoid}
tr,.steps li,.facts div,.timeline,.verdict,.confidential,pre{break-inside:avoid}
thead{display:table-header-group}
.timeline{min-width:0}
.scroller,.table,pre{overflow:visible}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`
