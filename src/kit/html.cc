// SPDX-License-Identifier: Apache-2.0
#include "kit/html.h"

#include <fmt/format.h>

namespace kmesh {
namespace {

// Nothing is fetched, whatever a text from outside might slip in.
constexpr std::string_view kPolicy = "default-src 'none'; style-src 'unsafe-inline'";

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1d2430;--soft:#566070;--line:#d5dbe3;--paper:#fff;--card:#f6f8fa;--good:#11703c;
--goodbg:#e3f4e9;--bad:#b3261e;--badbg:#fdebe9;--mild:#7d5200;--mildbg:#fdf3dd;--new:#1f56a8;--newbg:#e6effb;
--onbar:#fff;--s0:#3567b5;--s1:#ad5a22;--s2:#2f855a;--s3:#8a4fae;--s4:#a33c5e;--s5:#5b6b2f;--s6:#2a7f8f;--s7:#6b5b4b;
--s8:#3f4a5a;--s9:#4f46a5;--s10:#8a6d00}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#a3aebd;--line:#333c48;--paper:#14181e;--card:#1c222a;
--good:#5fd38f;--goodbg:#12301f;--bad:#ff8a80;--badbg:#3a1a19;--mild:#f0c36d;--mildbg:#352813;--new:#8ab8ff;
--newbg:#172a45;--onbar:#14181e;--s0:#6ea0ee;--s1:#e39a63;--s2:#5fc08f;--s3:#c08fe0;--s4:#e07f9e;--s5:#a9bd6b;--s6:#63bccd;
--s7:#b3a08c;--s8:#93a1b5;--s9:#a49eff;--s10:#e0c15a}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:66rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .5rem}.sub{color:var(--soft);margin:.2rem 0}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem}a{color:var(--new)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.45rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
thead th{color:var(--soft);font-weight:600}tbody th{font-weight:600}tbody th code{font-weight:400}
code,pre{font-family:ui-monospace,monospace;font-size:.85em}code{overflow-wrap:anywhere}
pre{background:var(--card);padding:.6rem;overflow-x:auto}
.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}.mild{color:var(--mild);font-weight:600}
.box{border-left:.3rem solid;border-radius:.3rem;padding:.5rem .9rem;margin:.8rem 0}
.box.good,.present,.equivalent{background:var(--goodbg)}.box.bad,.conflict,.blocked{background:var(--badbg)}
.box.mild,.partial,.unread{background:var(--mildbg)}.needed{background:var(--newbg)}
.box p,.box ul{color:var(--ink);font-weight:400;margin:.2rem 0}
.word{font-weight:600}.needed .word{color:var(--new)}.present .word,.equivalent .word{color:var(--good)}
.conflict .word,.blocked .word{color:var(--bad)}.partial .word,.unread .word{color:var(--mild)}
.key{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.4rem}.key li{padding:.1rem .6rem;border-radius:.3rem}
td.needed,td.present,td.equivalent,td.partial,td.blocked,td.conflict{min-width:7.5rem}
.bar{display:flex;height:1.6rem;border-radius:.3rem;overflow:hidden;margin:.6rem 0}
.bar span{min-width:2px;box-shadow:inset -1px 0 var(--paper);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;
text-align:center;font-size:.8rem;line-height:1.6rem}
.dot{display:inline-block;width:.8em;height:.8em;border-radius:.2em;margin-right:.4em}
.s0{--own:var(--s0)}.s1{--own:var(--s1)}.s2{--own:var(--s2)}.s3{--own:var(--s3)}.s4{--own:var(--s4)}
.s5{--own:var(--s5)}.s6{--own:var(--s6)}.s7{--own:var(--s7)}.s8{--own:var(--s8)}.s9{--own:var(--s9)}
.s10{--own:var(--s10)}.bar span,.dot{background:var(--own);color:var(--onbar)}
.bar .before,.dot.before{background:color-mix(in srgb,var(--own) 45%,var(--paper));color:var(--ink)}
@media(max-width:40rem){tr:has(>.below){display:flex;flex-wrap:wrap;border-bottom:1px solid var(--line)}
tr:has(>.below)>*{flex:1 1 6rem;box-sizing:border-box;min-width:0;overflow-wrap:anywhere;border:0}
tr:has(>.below)>:first-child{flex:2 1 7rem}
tr:has(>.below)>.below{flex-basis:100%;padding-top:0}}
.num{text-align:right;white-space:nowrap}summary{cursor:pointer}details>:not(summary){margin:.3rem 0 .3rem 1rem}
@media print{body{margin:0;max-width:none}nav{display:none}details::details-content{content-visibility:visible;
height:auto}pre{white-space:pre-wrap}tr,.box{break-inside:avoid}*{print-color-adjust:exact}})";

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string heading(std::string_view html) { return fmt::format("<th scope=col>{}</th>", html); }

std::string number_heading(std::string_view html) {
  return fmt::format("<th scope=col class=num>{}</th>", html);
}

std::string text_heading(std::string_view html) {
  return fmt::format("<th scope=col class=below>{}</th>", html);
}

std::string html_table(std::string_view headings, std::string_view rows) {
  return fmt::format("<div class=wide><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
                     headings, rows);
}

std::string html_page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!doctype html><html lang=en><head><meta charset=utf-8><meta http-equiv=Content-Security-Policy "
      "content=\"{}\"><meta name=viewport content=\"width=device-width\"><title>{}</title><style>{}</style>"
      "</head><body><main>{}</main></body></html>\n",
      kPolicy, escaped(title), kStyle, body);
}

}  // namespace kmesh
