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

/** Opens a form by its title, fills fields by their labels, and presses its button. */
export async function submit(page, title, fields = {}, button) {
  const form = await page.evaluateHandle((wanted) => {
    const all = [...document.querySelectorAll("details.action")];
    const found = all.find((one) => one.querySelector("summary").textContent.trim() === wanted);
    if (!found) throw new Error(`no form ${wanted}: ${all.map((one) => one.querySelector("summary").textContent)}`);
    found.open = true;
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
    form.evaluate((one, wanted) => {
      const buttons = [...one.querySelectorAll(".buttons button")];
      const found = wanted ? buttons.find((each) => each.textContent.trim() === wanted) : buttons.at(-1);
      found.click();
    }, button),
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
