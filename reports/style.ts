/**
 * The whole look of a report. Every colour is a custom property, the charts' too: dark is one block, and print is
 * always light. Data colours are Okabe and Ito's (2008), told apart by colour-blind readers; regions have dashes too.
 */
export const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--quiet:#5d6670;--rule:#d9dde2;--grid:#e9ecef;--shade:#8190a01c;
--band:#f0e44245;--band-edge:#a08a00;--band-ink:#6b5d00;--bar:#eadb4a;--code:#f5f6f8;
--c1:#0072b2;--c2:#d55e00;--c3:#009e73;--c4:#9c4f87;--c5:#8a6d00;--c6:#3d8fc4;
--k1:#8a6d00;--k2:#56b4e9;--k3:#e69f00;--k4:#3b6fa8;--k5:#cc79a7;--k6:#7b8794;--k7:#b9c0c8;
--hot:#c04a00;--warm:#b58900;--cool:#5b6f86;
--h1:#dce9f5;--h2:#a9cbe8;--h3:#5d9dcf;--h4:#1f6aa8;--h5:#0a3560;
--pass:#00704f;--fail:#b3261e;--unknown:#4b5f8a;--invalid:#7a3e8f}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e4e7ea;--quiet:#9aa4ae;--rule:#343a41;--grid:#262b30;--shade:#a0b0c014;
--band:#f0e4421f;--band-edge:#9d9133;--band-ink:#d6ca62;--bar:#6a621c;--code:#1e2226;
--c1:#56b4e9;--c2:#ff8f45;--c3:#2fc79a;--c4:#dd9cc6;--c5:#d8bb45;--c6:#9cc8ea;
--k1:#d8bb45;--k2:#8fd0f5;--k3:#e69f00;--k4:#6c9bd6;--k5:#dd9cc6;--k6:#8b97a3;--k7:#59626b;
--hot:#ff8f45;--warm:#d8bb45;--cool:#93a7bd;
--h1:#1b3247;--h2:#1f4f78;--h3:#2f7db8;--h4:#6db4ea;--h5:#d3ecff;
--pass:#3fcf9f;--fail:#ff7d73;--unknown:#9db4e6;--invalid:#cf9be2}}
*{box-sizing:border-box}
html{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%;background:var(--paper);color:var(--ink)}
body{max-width:1128px;margin:0 auto;padding:28px 24px 64px;overflow-wrap:break-word}
h1,h2,h3,h4,p,dl,dd,figure,blockquote,pre{margin:0}
h1{font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.01em}
h2{font-size:20px;line-height:1.3;font-weight:650;margin:0 0 8px}
h3{font-size:15px;font-weight:650;margin:22px 0 2px}
h4,.facets h3{font-size:13px;font-weight:600;margin:0 0 2px}
h3 small,th small{font-weight:400;color:var(--quiet);font-size:13px}
a{color:inherit}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{background:var(--code);padding:8px 12px;margin:6px 0 14px;white-space:pre-wrap}
pre.scroll{white-space:pre}
:focus-visible{outline:2px solid var(--c1);outline-offset:2px}
section{border-top:1px solid var(--rule);padding-top:22px;margin-top:34px}
.how{text-decoration-style:dotted;text-underline-offset:2px}.takeaway .how,dd .how{color:var(--quiet);font-size:13px}
:target{background:var(--code)}section:target{background:none}
.kicker{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:baseline;color:var(--quiet);font-size:13px;margin-bottom:10px}
.badge{border:1px solid var(--quiet);border-radius:3px;padding:0 7px;color:var(--ink)}
.verdict-line{display:flex;gap:10px;align-items:flex-start;font-size:18px;line-height:1.4;margin:10px 0 12px}
.verdict-line .icon{width:26px;height:26px;flex:none}
.verdict-line strong{letter-spacing:.04em}
header .icon,header.pass strong:first-of-type{flex:none}
header.pass .verdict-line .icon,header.pass .verdict-line strong,.verdict.pass{color:var(--pass)}
header.fail .verdict-line .icon,header.fail .verdict-line strong,.verdict.fail{color:var(--fail)}
header.unknown .verdict-line .icon,header.unknown .verdict-line strong,.verdict.unknown{color:var(--unknown)}
header.invalid .verdict-line .icon,header.invalid .verdict-line strong,.verdict.invalid{color:var(--invalid)}
.verdict{font-weight:600;white-space:nowrap}.verdict.note{color:var(--quiet)}
.icon{width:15px;height:15px;fill:currentColor;vertical-align:-2px;margin-right:6px}
.verdict-line .icon{margin:0}
.icon .glyph{fill:none;stroke:var(--paper);stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}
.question{font-size:16px;font-style:italic;max-width:75ch}
.facts,.quiet,figcaption,.missing{color:var(--quiet);font-size:13px}
.facts{margin-top:10px}
.warning{border-left:3px solid var(--fail);padding:4px 12px;margin:12px 0}
.missing{font-size:15px}
.takeaway{max-width:95ch}
.answers{display:grid;grid-template-columns:repeat(4,1fr);gap:18px 26px;margin-top:22px}
.answers+.question{margin-top:16px}
.answers dt{font-weight:650;border-top:2px solid var(--ink);padding-top:6px}
.answers dd{font-size:14px;margin-top:2px}
nav{display:flex;flex-wrap:wrap;gap:2px 16px;margin-top:24px;font-size:13px}
nav a{color:var(--quiet)}
.legend{display:flex;flex-wrap:wrap;gap:0 16px;font-size:13px;margin:2px 0 4px}
.swatch{vertical-align:middle;margin-right:3px;fill:none}
figure svg[role=img]{display:block;width:100%;height:auto;overflow:visible}
figure text{font-family:inherit}
figcaption{margin-top:10px;max-width:110ch}
.narrow{display:none}
.facets{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:18px 20px;margin:12px 0 4px}
.timeline h3+.takeaway{margin-top:0}.timeline .facets{gap:8px 20px;margin:4px 0}
.tools{margin:0 0 6px}.tools p{margin:2px 0;font-size:13px}
button{font:inherit;color:inherit;background:var(--code);border:1px solid var(--rule);border-radius:3px;padding:1px 9px;cursor:pointer}button:hover{border-color:var(--quiet)}
.live{cursor:crosshair;touch-action:pan-y;user-select:none;-webkit-user-select:none}
.told{cursor:crosshair}.told .on{stroke:var(--ink);stroke-width:2.5px;opacity:1;fill-opacity:1;stroke-opacity:1}
.live:focus:not(:focus-visible){outline:none}
.cursor{stroke:var(--ink);opacity:.55;pointer-events:none}.cursor[opacity="0"]{opacity:0}
.brush{fill:var(--c1);fill-opacity:.18}
.tip{position:fixed;z-index:1;pointer-events:none;background:var(--paper);color:var(--ink);border:1px solid var(--quiet);border-radius:3px;padding:4px 9px;font-size:12px;line-height:1.4;font-variant-numeric:tabular-nums}
.tip{max-width:min(420px,92vw)}.tip[hidden]{display:none}.tip div{display:flex;justify-content:space-between;gap:14px}
.scroll{overflow-x:auto;margin:8px 0}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;line-height:1.35}
th,td{text-align:left;padding:4px 16px 4px 0;vertical-align:top;border-bottom:1px solid var(--grid);white-space:nowrap}
thead th{color:var(--quiet);font-weight:500;border-bottom:1px solid var(--rule)}
th.n,td.n,.words-1 :is(td,th):nth-child(n+2),.words-2 :is(td,th):nth-child(n+3),.words-3 :is(td,th):nth-child(n+4){text-align:right}
td.text,.words-all td:last-child{white-space:normal;min-width:12em}
tbody th{font-weight:500}.scroll tr>th[scope=row]{position:sticky;left:0;background:var(--paper)}
.pairs td{white-space:normal;overflow-wrap:anywhere}
.metrics :is(td,th){padding-right:11px}
.metrics tbody th{padding-top:14px;white-space:normal}
.limits{width:100%}
.limits td{font-size:14px}
tr.why td{color:var(--quiet);padding:0 0 8px;border-bottom:1px solid var(--rule);white-space:normal;font-size:13px}
tr:has(+tr.why) td{border-bottom:0}
details{margin:8px 0}
summary{cursor:pointer;color:var(--quiet);font-size:13px}
.finding{margin:14px 0 18px;padding-left:14px;border-left:3px solid var(--rule)}
.finding.fail{border-color:var(--fail)}.finding.unknown{border-color:var(--unknown)}.finding.invalid{border-color:var(--invalid)}
.finding h3{margin-top:0}
blockquote{margin:8px 0 8px 14px}
blockquote{font-size:14px}blockquote small{color:var(--quiet);font-size:13px;white-space:nowrap}
.overlay{margin:10px 0 14px;padding-left:14px;border-left:3px solid var(--unknown);font-size:14px}
.overlay p,.overlay ul{margin:4px 0}
.glossary{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;font-size:14px;margin-top:8px}
.glossary dt{font-weight:600}
.print-only{display:none}
@media (max-width:900px){.answers{grid-template-columns:repeat(2,1fr)}}
@media screen and (max-width:700px){
body{padding:18px 16px 48px}
h1{font-size:25px}
.verdict-line{font-size:16px;flex-wrap:wrap}
.verdict-line span{flex-basis:100%}
.verdict-line:not(:has(strong)){flex-wrap:nowrap}.verdict-line:not(:has(strong)) span{flex-basis:auto}
.answers,.glossary{grid-template-columns:1fr}
.glossary dd{margin-bottom:6px}
.limits,.limits tbody{display:block}
.limits thead{display:none}
.limits tr{display:flex;flex-wrap:wrap;gap:0 14px;padding:6px 0;border-bottom:1px solid var(--grid)}
.limits td{display:block;border:0;padding:0;min-width:0}
.limits td:nth-child(1){flex:1 1 55%}.limits td:last-child{order:1}.limits td:nth-child(2){order:2;flex-basis:100%}.limits td[data-name]{order:3}
.limits td[data-name]{text-align:left;font-size:13px}
.limits td[data-name]::before{content:attr(data-name) " ";color:var(--quiet)}
.limits tr.why td{flex-basis:100%;border:0;overflow-wrap:anywhere}.limits tr:has(+tr.why){border:0;padding-bottom:0}.limits tr.why{padding-top:0}
.wide{display:none}
.narrow{display:block;max-width:560px}
.facets{grid-template-columns:repeat(auto-fill,minmax(min(280px,100%),1fr))}}
@media print{
:root{color-scheme:light}
@page{margin:12mm}
.legend,figcaption{margin:0}.takeaway,figcaption{max-width:none}.timeline .wide svg{width:95%}
html{font-size:11.5px;line-height:1.4}
h3{font-size:12px;margin-top:7px}h2{font-size:16px}h4,.facets h3,table,.limits td,tr.why td,.legend,.quiet,figcaption,.facts,.answers dd,.glossary,summary,h3 small{font-size:10.5px}
section{margin-top:18px;padding-top:12px}
body{max-width:none;padding:0}
nav,.data,.screen,.tools,.tip,.cursor,:is(.takeaway,dd) .how{display:none}
.print-only{display:block}
section{break-inside:auto}
figure svg,article,blockquote,tr,.facets>div,.panel{break-inside:avoid}
h2,h3,h4,.takeaway,.legend,.timeline>.wide{break-after:avoid}
.facets{grid-template-columns:repeat(3,1fr);gap:10px 14px}
.answers{grid-template-columns:repeat(4,1fr);gap:10px 16px}
th,td{padding:2px 10px 2px 0}
details.print-open>summary{list-style:none}
details.print-open::details-content{content-visibility:visible;display:block;height:auto}
.scroll{overflow:visible}code,pre{font-size:9.5px}pre.scroll{white-space:pre-wrap}
td.text,.words-all td:last-child,.scroll :is(th,td){white-space:normal}.scroll :is(th,td){padding-right:7px}.words-1 .verdict{white-space:normal}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`
