"""`--report`: one HTML file, in a real browser where there is one; costs and the terminal chart beside it."""

import html.parser
import json
import os
import re
import shutil
import subprocess
import unittest

from harness import ERROR, OK, ROOT, SAMPLE, ProgramTest, tables_directory
from test_outputs import limit_file_size

BROWSER = next((found for name in ("chromium", "chromium-browser", "google-chrome", "chrome") if (found := shutil.which(name))), None)
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Outline(html.parser.HTMLParser):
    """Tags in order, and whether they nest."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.broken, self.links = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.links += [value for name, value in attributes if name in ("src", "href", "xlink:href") and not value.startswith("#")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.broken.append(tag)


class Writing(ProgramTest):
    def test_a_full_disk_leaves_nothing_half_written(self):
        target = self.write("out.html", "before")
        answer = self.run_program("profile", "-f", SAMPLE, "--report", target, preexec_fn=limit_file_size)
        self.assertEqual(answer.code, ERROR)
        self.assertIn("cannot write", answer.err)
        self.assertEqual(target.read_text(), "before")
        self.assertEqual(sorted(os.listdir(self.folder)), ["out.html"])

    def test_an_unusable_place(self):
        self.write("file", "")
        answer = self.run_program("profile", "-f", SAMPLE, "--report", self.folder / "file" / "out.html")
        self.assertEqual(answer.code, ERROR)
        self.assertIn("file", answer.err)

    def test_text_of_the_user_stays_text(self):
        model = '<script>alert(1)</script>/"x"'
        config = {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": 1024, "num_hidden_layers": 28,
                  "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 3072,
                  "vocab_size": 151936, "max_position_embeddings": 40960, "torch_dtype": "bfloat16"}
        self.write("a<b>&'c/config.json", json.dumps(config))
        answer = self.run_program("profile", "--model", "a<b>&'c", "--gpu", "h200_sxm", "--gpus", "8", "--backend", "vllm",
                                  "--report", "out.html", "-o", "name")
        self.assertEqual(answer.code, OK, answer.err)
        text = (self.folder / "out.html").read_text()
        self.assertNotIn("a<b>", text)
        self.assertIn("a&lt;b&gt;&amp;&#39;c", text)
        self.assertNotIn(model, text)
        self.assertEqual((Outline(text).broken, Outline(text).open), ([], []))


@unittest.skipIf(tables_directory() is None, "this machine has no measured tables")
class Report(ProgramTest):
    def report(self, *arguments):
        answer = self.run_program("profile", "-f", SAMPLE, "--report", "out.html", *arguments, tables=tables_directory())
        self.assertEqual(answer.code, OK, answer.err)
        return (self.folder / "out.html").read_text()

    def test_it_needs_nothing_else(self):
        text = self.report()
        outline = Outline(text)
        self.assertEqual((outline.broken, outline.open, outline.links), ([], [], []))
        self.assertNotRegex(text, r"https?://|url\(|@import")
        self.assertIn("default-src 'none'", text)
        self.assertIn("prefers-color-scheme: dark", text)

    def test_the_same_bytes_every_time(self):
        self.assertEqual(self.report(), self.report())

    def test_it_shows_what_json_says(self):
        text = self.report("--gpu-price", "2")
        report = json.loads(self.run_program("profile", "-f", SAMPLE, "-o", "json", "--gpu-price", "2", tables=tables_directory()).out)
        self.assertIn(report["chosen"]["layout"], text)
        ranking = text.split('id="why-not"')[1].split("</table>")[0]
        self.assertEqual(ranking.count("<tr"), len(report["ranked"]) + 1)
        gpus = re.findall(r'<td class="name">[^<]*</td><td class="n">([0-9,]+)</td>', ranking)
        self.assertEqual(gpus, [str(pick["total"]["gpus"]) for pick in report["ranked"]])
        self.assertIn(f"{report['chosen']['cost']['perMillionTokens']:.2f}", text)
        self.assertGreater(len(re.findall(r'class="dot', text)), len(report["points"]))

    def test_it_holds_every_part_and_only_what_the_explanation_says(self):
        text = self.report()
        for part in ("trade-off", "why-not", "change", "funnel", "rates", "memory", "time", "sure", "premises", "deployment"):
            self.assertIn(f'<h2 id="{part}"', text)
            self.assertIn(f'href="#{part}"', text)
        saved = self.run_program("explain", "-f", SAMPLE, "-o", "json", "--html", "page.html", tables=tables_directory())
        self.assertEqual(saved.code, OK, saved.err)
        self.assertEqual((self.folder / "page.html").read_text(), text)
        document = self.write("saved.json", saved.out)
        again = self.run_program("explain", "--report", document, "--html", "again.html")
        self.assertEqual(again.code, OK, again.err)
        without = text[:text.index('<h2 id="deployment"')].replace('<a href="#deployment">Deployment</a>', "")
        self.assertTrue((self.folder / "again.html").read_text().startswith(without))

    def test_costs_rank_by_the_token(self):
        arguments = ("profile", "-f", SAMPLE, "--gpus", "7", "-o", "json", "--gpu-price", "3")
        cheap = json.loads(self.run_program(*arguments, "--objective", "cost", tables=tables_directory()).out)["ranked"]
        prices = [pick["cost"]["perMillionTokens"] for pick in cheap]
        self.assertEqual(prices, sorted(prices))
        fast = json.loads(self.run_program(*arguments, tables=tables_directory()).out)["chosen"]
        self.assertLessEqual(prices[0], fast["cost"]["perMillionTokens"])

    def test_the_terminal_chart(self):
        wide = self.run_program("profile", "-f", SAMPLE, "-o", "wide", tables=tables_directory()).out
        chart = wide[wide.index("PARETO"):].split("\n\n")[0].splitlines()
        self.assertTrue(any("\u2801" <= c <= "\u28ff" for c in "".join(chart)))
        self.assertIn("*", "".join(chart[2:]))
        for line in chart:
            self.assertLessEqual(len(line), 80, line)

    def test_the_terminal_chart_without_unicode(self):
        for locale in ({"LC_ALL": "C"}, {"LANG": "de_DE.ISO-8859-1"}, {"LC_ALL": "POSIX", "LANG": "C.UTF-8"}):
            wide = self.run_program("profile", "-f", SAMPLE, "-o", "wide", environment=locale, tables=tables_directory()).out
            self.assertTrue(wide.isascii(), locale)
            chart = wide[wide.index("PARETO"):].split("\n\n")[0]
            for letter in "o.*":
                self.assertIn(letter, "".join(line[11:] for line in chart.splitlines()[2:]))
        self.assertFalse(self.run_program("profile", "-f", SAMPLE, "-o", "wide", environment={"LANG": "en_US.utf8"}, tables=tables_directory()).out.isascii())

    def hover(self, common):
        """Points at the pick's own dot and reads what the page says."""
        probe = """<script>
var mark = document.querySelector('.pick').getBoundingClientRect(), tip = document.getElementById('tip');
var at = { clientX: mark.left + mark.width / 2, clientY: mark.top + mark.height / 2, bubbles: true };
document.getElementById('pareto').dispatchEvent(new PointerEvent('pointermove', at));
document.title = tip.style.display + '|' + tip.textContent.replace(/\\n/g, '|');
document.getElementById('pareto').dispatchEvent(new PointerEvent('pointerleave', {}));
document.title += '|' + tip.style.display;
</script></body>"""
        page = self.write("probe.html", (self.folder / "out.html").read_text().replace("</body>", probe))
        dump = subprocess.run([*common, "--dump-dom", page.as_uri()], capture_output=True, timeout=120, text=True, check=True)
        title = re.search(r"<title>(.*?)</title>", dump.stdout, re.S).group(1)
        self.assertTrue(title.startswith("block|aggregated tp4|batch 160, "), title)
        self.assertIn("796 tok/s per GPU", title)
        self.assertTrue(title.endswith("|none"), title)

    @unittest.skipIf(BROWSER is None, "no browser on this machine (Debian: chromium)")
    def test_nothing_is_cut_off(self):
        """On a desk every table has its place, long names too; on a phone tables scroll in themselves, never the page."""
        probe = """<script>addEventListener('load', function () {
var wide = [].filter.call(document.querySelectorAll('.scroll'), function (box) { return box.scrollWidth > box.clientWidth + 1; });
var page = document.documentElement;
parent.postMessage(innerWidth + ':' + wide.length + ':' + (page.scrollWidth > page.clientWidth), '*');
});</script></body>"""
        for request in (SAMPLE, ROOT / "manifests/samples/profile_sla_moe_dgdr.yaml"):
            answer = self.run_program("profile", "-f", request, "--gpu-price", "2", "--report", "out.html", "-o", "name", tables=tables_directory())
            self.assertEqual(answer.code, OK, answer.err)
            self.write("inner.html", (self.folder / "out.html").read_text().replace("</body>", probe))
            frames = "".join(f'<iframe src="inner.html" style="width:{width}px;height:900px"></iframe>' for width in (1088, 375))
            outer = self.write("outer.html", "<!doctype html><title></title><script>addEventListener('message', function (event) "
                               "{ document.title += '|' + event.data; });</script>" + frames)
            dump = subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--allow-file-access-from-files",
                                   f"--user-data-dir={self.folder}/browser", "--window-size=1500,1000", "--dump-dom", outer.as_uri()],
                                  capture_output=True, timeout=120, text=True, check=True)
            told = re.search(r"<title>(.*?)</title>", dump.stdout, re.S).group(1).split("|")[1:]
            measured = {one.split(":")[0]: one.split(":")[1:] for one in told}
            self.assertEqual(measured.get("1088"), ["0", "false"], told)
            self.assertEqual(measured.get("375", ["", ""])[1], "false", told)

    @unittest.skipIf(BROWSER is None, "no browser on this machine (Debian: chromium)")
    def test_in_a_browser(self):
        self.report()
        page = (self.folder / "out.html").as_uri()
        common = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=2000",
                  f"--user-data-dir={self.folder}/browser", "--window-size=1000,1600"]
        dump = subprocess.run([*common, "--dump-dom", page], capture_output=True, timeout=120, text=True, check=True)
        self.assertIn("Meets the SLA", dump.stdout)
        self.assertNotIn("Refused to", dump.stderr)   # what the page's own security policy stops
        self.hover(common)
        for name, more in (("light", []), ("dark", ["--blink-settings=preferredColorScheme=0"])):
            picture = self.folder / f"{name}.png"
            subprocess.run([*common, *more, f"--screenshot={picture}", page], capture_output=True, timeout=120, check=True)
            self.assertGreater(picture.stat().st_size, 20_000)


if __name__ == "__main__":
    unittest.main()
