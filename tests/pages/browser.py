#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens a page in headless Chromium and says what is wrong with it for those who read it.

usage: browser.py [--report JSON] PAGE FOLDER [TEXT...]
  JSON     the report.json of the page: it shows as many verdicts, proofs and stages, and the bar has their times
  FOLDER   gets light.png, dark.png, phone.png and print.pdf
  TEXT...  must be readable on paper, also what a cell that is closed has in it
A line for each fault on standard output; exit status 1 where there is one.
"""
import base64
import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

CONTRAST = 4.5  # WCAG 2.2, 1.4.3: level AA for text of that size

# The text nodes that are shown, with their contrast against what is behind them.
PALE = """
const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
// rgb() counts to 255, and what color-mix() made, color(srgb ...), to 1
const numbers = text => text.match(/[\\d.]+(e-\\d+)?/g).map((n, i) => n * (i < 3 && text.startsWith('color(') ? 255 : 1));
const behind = node => {
  for (let at = node; at; at = at.parentElement) {
    const colour = numbers(getComputedStyle(at).backgroundColor);
    if (colour.length < 4 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
};
const found = [];
let seen = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const text = walker.currentNode.textContent.trim();
  const parent = walker.currentNode.parentElement;
  if (!text || !parent.checkVisibility()) continue;
  ++seen;
  const a = light(numbers(getComputedStyle(parent).color)), b = light(behind(parent));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < arguments[0]) found.push(`${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
}
return [seen, found];
"""

# What a colour says something about, found by what it says and where it stands, not by how its colour is made.
COLOURED = """
const style = e => getComputedStyle(e), all = text => [...document.querySelectorAll(text)];
const words = new RegExp(arguments[0]);
const name = td => (td.querySelector('summary') ?? td).textContent.match(words)?.[1];
const stages = 'section[aria-labelledby=stages] ';
return {
  page: style(document.body).backgroundColor,
  ink: style(document.body).color,
  verdicts: all('td').filter(td => td.querySelector('.word, summary') && name(td))
      .map(td => [name(td), style(td).backgroundColor]),
  proof: all('section[aria-labelledby=proof] tbody tr')
      .flatMap(tr => [...tr.querySelectorAll('td')].slice(0, 2).map(td => [td.textContent, style(td).color])),
  rows: all(stages + 'tbody tr').map(tr => parseFloat(tr.children[2].textContent) / 100),
  segments: all(stages + '.bar > span').map(e => [e.getBoundingClientRect(), e.parentElement.getBoundingClientRect(), e])
      .map(([at, bar, e]) => [at.height > 0 ? at.width / bar.width : 0, style(e).backgroundColor]),
};
"""

# The verdicts that share a colour say the same of a patch: what to do about it.
KINDS = {"needed": "new", "present": "there", "equivalent": "there", "partial": "mild", "not judged": "mild",
         "blocked": "bad", "conflict": "bad"}
NOT_EXACT = 0.015  # of the bar: gaps, and the least width of a segment

# What reaches furthest to the right, but for what scrolls by itself.
BROAD = """
const all = [...document.querySelectorAll('main *')].filter(e => !e.closest('.wide, pre'));
const right = e => e.getBoundingClientRect().right;
return all.filter(e => right(e) > arguments[0]).sort((a, b) => right(b) - right(a)).slice(0, 3)
          .map(e => `${e.tagName} ${e.textContent.slice(0, 40)}`).join('; ');
"""

# Cells with a sentence in them of which a line shows but a word or two: narrow ones, and what lies outside the screen.
NARROW = """
const shown = e => Math.min(e.getBoundingClientRect().right, innerWidth) - Math.max(e.getBoundingClientRect().left, 0);
return [...document.querySelectorAll('tbody td, tbody th')]
    .filter(e => e.innerText.length > arguments[1] && shown(e) < arguments[0])
    .map(e => `${Math.round(shown(e))} pixels of "${e.innerText.slice(0, 40)}"`);
"""
PHONE = 390  # pixels
SENTENCE = 60  # characters
ROOM = 200  # pixels, about 25 characters


class Browser:
    """A Chromium that chromedriver steers, over WebDriver."""

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.driver = subprocess.Popen(["chromedriver", f"--port={self.port}"], stdout=subprocess.DEVNULL)
        self.session = ""
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"]}
        capabilities = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        for attempt in range(50):
            try:
                made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
                break
            except urllib.error.URLError as error:
                if attempt == 49 or not isinstance(error.reason, ConnectionRefusedError):
                    self.driver.kill()
                    raise
                time.sleep(0.1)
        self.session = f"/session/{made['sessionId']}"
        return self

    def __exit__(self, *_):
        if self.session:
            self.call("DELETE", "")
        self.driver.terminate()
        self.driver.wait()

    def call(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{self.session}{path}", method=method,
                                         data=json.dumps(body).encode() if body is not None else None)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def tell(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def ask(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})


def spoken(browser):
    """Faults of what a screen reader is given."""
    nodes = [n for n in browser.tell("Accessibility.getFullAXTree")["nodes"] if not n["ignored"]]
    role = lambda n: n["role"]["value"]
    name = lambda n: n.get("name", {}).get("value", "").strip()
    levels = [next(p["value"]["value"] for p in n["properties"] if p["name"] == "level")
              for n in nodes if role(n) == "heading"]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} headings of level 1"
    if any(after > before + 1 for before, after in zip(levels, levels[1:])):
        yield f"a heading's level is left out: {levels}"
    for wanted in ("main", "table", "columnheader", "rowheader"):
        if not any(role(n) == wanted for n in nodes):
            yield f"no {wanted} for a screen reader"
    for node in nodes:
        if role(node) in ("columnheader", "rowheader", "DisclosureTriangle", "link", "image") and not name(node):
            yield f"a {role(node)} without a name"


def shared(named):
    """Names of a different kind that have the same colour."""
    seen = {}
    for kind, colour in named:
        if seen.setdefault(colour, kind) != kind:
            yield f"{seen[colour]} and {kind}"


def colourless(browser, report):
    """Faults of what is said by colour."""
    found = browser.ask(COLOURED, rf"^\W*({'|'.join(KINDS)})\b")
    none = ("rgba(0, 0, 0, 0)", found["page"])
    verdicts, proof, segments, shares = (found[name] for name in ("verdicts", "proof", "segments", "rows"))
    for name, colour in verdicts:
        if colour in none:
            yield f"a verdict without its colour: {name}"
    for both in shared((KINDS[name], colour) for name, colour in verdicts):
        yield f"verdicts share a colour: {both}"
    for outcome, colour in proof:
        if colour == found["ink"]:
            yield f"a proof without its colour: {outcome}"
    for both in shared(("pass" if outcome == "pass" else "no pass", colour) for outcome, colour in proof[1::2]):
        yield f"outcomes share a colour: {both}"
    if report:
        times = [stage["before"] if stage["reused"] else stage["seconds"] for stage in report["stages"]]
        shares = [time / (sum(times) or 1) for time in times]
        for what, there, wanted in (("verdicts", verdicts, len(report["patches"])), ("proofs", proof, 2 * len(report["proof"]))):
            if len(there) != wanted:
                yield f"{len(there)} {what}, not {wanted}"
    if len(segments) != len(shares):
        yield f"a time bar of {len(segments)} segments for {len(shares)} stages"
        return
    for at, ((width, colour), share) in enumerate(zip(segments, shares), 1):
        if width == 0 or colour in none:
            yield f"the time bar's segment {at} is not to be seen"
        if abs(width - share) > NOT_EXACT:
            yield f"the time bar's segment {at} has {width:.1%} of it, the stage {share:.1%} of the time"
    for both in shared((f"stage {at}", colour) for at, (_, colour) in enumerate(segments, 1)):
        yield f"stages share a colour: {both}"


def faults(browser, page, folder, texts, report):
    browser.call("POST", "/url", {"url": page.resolve().as_uri()})
    for entry in browser.call("POST", "/se/log", {"type": "browser"}):
        yield f"Chromium says: {entry['message']}"
    if browser.ask("return document.scripts.length"):
        yield "it has scripts"
    yield from spoken(browser)
    browser.tell("Emulation.setDeviceMetricsOverride", width=1200, height=900, deviceScaleFactor=1, mobile=False)
    for scheme in ("light", "dark"):
        browser.tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        # closed and opened: what is in a cell is to be read as well
        (folder / f"{scheme}.png").write_bytes(picture(browser))
        browser.ask("for (const d of document.querySelectorAll('details')) d.open = true")
        seen, pale = browser.ask(PALE, CONTRAST)
        if seen == 0:
            yield "it shows no text"
        for text in pale:
            yield f"too little contrast, {scheme}: {text}"
        for text in colourless(browser, report):
            yield f"{text}, {scheme}"
        browser.ask("for (const d of document.querySelectorAll('details')) d.open = false")
    browser.tell("Emulation.setDeviceMetricsOverride", width=PHONE, height=800, deviceScaleFactor=1, mobile=False)
    (folder / "phone.png").write_bytes(picture(browser))
    if (wide := browser.ask("return document.scrollingElement.scrollWidth")) > PHONE:
        yield f"{wide} pixels wide on a screen of {PHONE}: {browser.ask(BROAD, PHONE)}"
    for text in browser.ask(NARROW, ROOM, SENTENCE):
        yield f"no room on a screen of {PHONE}: {text}"
    for text in spoken(browser):
        yield f"{text}, on a screen of {PHONE}"
    browser.tell("Emulation.clearDeviceMetricsOverride")
    browser.tell("Emulation.setEmulatedMedia", media="print",
                 features=[{"name": "prefers-color-scheme", "value": "light"}])
    printed = folder / "print.pdf"
    printed.write_bytes(base64.b64decode(browser.tell("Page.printToPDF", printBackground=True)["data"]))
    blanks = re.compile(r"[\s-]+")  # a hyphen at a line's end is taken for the printer's
    paper = blanks.sub("", subprocess.run(["pdftotext", "-raw", printed, "-"], check=True, capture_output=True, text=True).stdout)
    for text in texts:
        if blanks.sub("", text) not in paper:
            yield f"not on paper: {text}"


def picture(browser):
    return base64.b64decode(browser.tell("Page.captureScreenshot", captureBeyondViewport=True)["data"])


def main():
    words = sys.argv[1:]
    report = None
    if words[0] == "--report":
        report = json.loads(Path(words[1]).read_text(encoding="utf-8"))
        words = words[2:]
    page, folder, *texts = words
    Path(folder).mkdir(parents=True, exist_ok=True)
    with Browser() as browser:
        found = list(faults(browser, Path(page), Path(folder), texts, report))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
