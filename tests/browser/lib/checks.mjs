// What must hold on every page.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { HtmlValidate } from "html-validate";
import { WIDTHS } from "./browser.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const html = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
  rules: {
    // Text is written by templates and by customers.
    "no-trailing-whitespace": "off",
    "long-title": "off",
    "no-implicit-button-type": "error",
    "no-inline-style": "error",
    // Scripts and styles come from the console itself.
    "require-csp-nonce": "off",
    "require-sri": "off",
  },
});

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Accessible, valid, without sideways scrolling and without errors, at both widths, in both schemes. */
export async function checkPage(page, name) {
  const url = page.url();
  const source = await page.evaluate(async () => (await fetch(location.href)).text());
  const report = await html.validateString(source, url);
  const faults = report.results.flatMap((result) => result.messages);
  const told = faults.map((fault) => `${fault.line}:${fault.column} ${fault.ruleId}: ${fault.message}`);
  assert.deepEqual(told, [], `${name}: the HTML is valid`);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    for (const width of WIDTHS) {
      await page.setViewport({ width, height: 900 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${name} is ${overflow} px too wide at ${width}`);
      assert.deepEqual(await violations(page), [], `${name}, ${scheme}, ${width} px: axe-core finds nothing`);
      await screenshot(page, `${name}-${scheme}-${width}`);
    }
  }
  assert.deepEqual(page.problems, [], `${name}: nothing is blocked, missing or failing`);
}

async function violations(page) {
  // The policy of the pages forbids foreign scripts: axe-core is put in by the debugger.
  await page.setBypassCSP(true);
  await page.evaluate(await readFile(axe, "utf8"));
  const found = await page.evaluate(
    async (tags) => (await globalThis.axe.run(document, { runOnly: tags })).violations,
    WCAG,
  );
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
}

/** A picture, kept in the folder of the run. */
export async function screenshot(page, name) {
  const folder = process.env.OMS_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** The addresses on this page that lead within the console. */
export async function linksOf(page) {
  const links = await page.$$eval("a[href]", (all) => all.map((one) => one.href));
  const here = new URL(page.url()).origin;
  const within = links.map((link) => new URL(link)).filter((link) => link.origin === here);
  return [...new Set(within.map((link) => `${link.pathname}${link.search}`))].sort();
}
