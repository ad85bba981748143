// Starts a real browser: the one that is installed, or the Chromium that the package carries, which needs no root.

import { existsSync } from "node:fs";
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const INSTALLED = [
  "/usr/bin/google-chrome",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The browser's program: `OMS_BROWSER`, else an installed one, else the packaged one. */
async function program() {
  const told = process.env.OMS_BROWSER;
  if (told) return told;
  return INSTALLED.find((path) => existsSync(path)) ?? (await chromium.executablePath());
}

export async function launch() {
  const executablePath = await program();
  // Tests may run as root and in containers, where Chromium's own sandbox cannot start.
  const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"];
  return puppeteer.launch({ executablePath, args, headless: "shell" });
}

/** Widths at which every page must work, CSS pixels. */
export const WIDTHS = [360, 1600];

/** A page in a session of its own: no cookies of others. */
export async function newSession(browser, { width = 1280, dark = false } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width, height: 900 });
  const scheme = dark ? "dark" : "light";
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  page.problems = [];
  // A policy that blocks something, a script that fails, a file that is missing: each is a fault of the page.
  page.on("console", (message) => {
    if (message.type() === "error") page.problems.push(message.text());
  });
  page.on("pageerror", (error) => page.problems.push(String(error)));
  return page;
}
