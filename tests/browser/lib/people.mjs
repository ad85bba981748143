// What people do in the console, by what they see: names of links, buttons and fields.

import { consoleUrl, stack } from "./stack.mjs";

/** Logs in at the hosted UI, as the group's user, on the way to a path of the console. */
export async function logIn(page, group, path = "") {
  await page.goto(`${consoleUrl}${path}`);
  await page.waitForSelector("#password");
  await page.type("#username", stack.users[group].username);
  await page.type("#password", stack.users[group].password);
  await Promise.all([page.waitForNavigation(), page.click("button[type=submit]")]);
}

/** Goes to a path of the console. */
export async function visit(page, path) {
  return page.goto(`${consoleUrl}${path}`);
}

/** Finds a form by its title or its only button, fills fields by their labels, and presses the button. */
export async function submit(page, title, fields = {}) {
  const form = await page.evaluateHandle((wanted) => {
    const named = (one) => (one.querySelector("summary") ?? one.querySelector("button")).textContent.trim();
    const all = [...document.querySelectorAll("main details.action, main form.direct")];
    const found = all.find((one) => named(one) === wanted);
    if (!found) throw new Error(`no form ${wanted}: ${all.map(named)}`);
    if (found.tagName === "DETAILS") found.open = true;
    return found;
  }, title);
  for (const [label, value] of Object.entries(fields)) {
    await form.evaluate(
      (one, wanted, text) => {
        const labels = [...one.querySelectorAll("label")];
        const found = labels.find((each) => each.textContent.trim().startsWith(wanted));
        if (!found) throw new Error(`no field ${wanted}: ${labels.map((each) => each.textContent)}`);
        one.querySelector(`#${CSS.escape(found.htmlFor)}`).value = text;
      },
      label,
      value,
    );
  }
  await Promise.all([
    page.waitForNavigation(),
    form.evaluate((one) => [...one.querySelectorAll("button")].at(-1).click()),
  ]);
}

/** The text of the page's main part. */
export async function text(page) {
  return page.$eval("main", (main) => main.innerText);
}

/** The notice after something was done, or was not. */
export async function notice(page) {
  return page.$eval(".notice", (one) => one.innerText);
}
