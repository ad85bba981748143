// The console in a real browser: what agents and operators do in it, and what must hold on every page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, newSession } from "./lib/browser.mjs";
import { checkPage, linksOf } from "./lib/checks.mjs";
import { logIn, notice, submit, text, visit } from "./lib/people.mjs";
import { fresh, order, placed, stocked } from "./lib/shop.mjs";
import { api, consoleUrl, until } from "./lib/stack.mjs";

let browser;
let agent;

before(async () => {
  browser = await launch();
  agent = await newSession(browser);
  await logIn(agent, "agent");
});

after(async () => browser?.close());

/** An order that waits for stock: its units are cancelled at once, and no location has a say. */
async function waiting(quantity) {
  const scarf = await stocked("berlin", 1);
  const first = await placed(scarf, 1);
  await until("the last unit being taken", async () => (await order(first.id)).lines[0].units.assigned > 0);
  const found = await placed(scarf, quantity);
  await until("a backorder", async () => (await order(found.id)).lines[0].units.backordered === quantity);
  return found;
}

test("an agent finds an order by its number and cancels one of two units", async () => {
  const found = await waiting(2);
  await visit(agent, "");
  await agent.focus("body");
  await agent.keyboard.press("/");
  await agent.keyboard.type(found.number);
  await Promise.all([agent.waitForNavigation(), agent.keyboard.press("Enter")]);
  assert.ok(agent.url().includes(`/orders/${found.id}`), "one hit leads to the order");
  assert.match(await agent.$eval("h1", (one) => one.innerText), new RegExp(found.number));
  assert.doesNotMatch(await text(agent), /Lovelace/, "masked until there is a reason");
  await submit(agent, "Show personal data", { Reason: "The customer is on the phone" });
  assert.match(await text(agent), /Ada <script>/, "text of customers is text");
  await submit(agent, "Cancel units", { "Wool scarf": "1", Reason: "CUSTOMER_REQUESTED" });
  assert.doesNotMatch(await notice(agent), /refused|problem/i);
  const after = await order(found.id);
  assert.equal(after.lines[0].units.cancelled, 1);
});

test("an action that loses a race says who was faster, and shows the order as it is", async () => {
  const found = await waiting(1);
  await visit(agent, `/orders/${found.id}`);
  await api("admin", "POST", `/api/oms/orders/${found.id}/cancel`, { reason: "CUSTOMER_REQUESTED" });
  await submit(agent, "Cancel units", { "Wool scarf": "1", Reason: "CUSTOMER_REQUESTED" });
  assert.match(await notice(agent), /nothing_to_cancel/);
  assert.match(await notice(agent), /Cancelled: 1 x/, "what has happened since");
  assert.match(await text(agent), /Cancelled/);
});

test("an agent takes an exception and closes it", async () => {
  const scarf = await stocked("berlin", 1);
  const found = await placed(scarf, 1);
  const routed = await until("the request to the location", async () => {
    const view = await order(found.id);
    return view.fulfillment_orders[0]?.status === "requested" && view;
  });
  const work = `/api/oms/orders/${found.id}/fulfillment_orders/${routed.fulfillment_orders[0].id}`;
  await api("operator", "POST", `${work}/reject`, { reason: "broken" });
  await until("the exception", async () => (await order(found.id)).exceptions.length > 0);
  await visit(agent, "/exceptions");
  const link = await agent.$(`a[href^="/console/orders/${found.id}"]`);
  await Promise.all([agent.waitForNavigation(), link.click()]);
  await submit(agent, "Take");
  assert.match(await text(agent), /taken by/);
  await submit(agent, "Close", { Outcome: "resolved" });
  assert.equal((await order(found.id)).exceptions.length, 0);
});

test("support sees no personal data and may change nothing", async () => {
  const scarf = await stocked("berlin", 1);
  const found = await placed(scarf, 1);
  const support = await newSession(browser);
  await logIn(support, "support", `/orders/${found.id}`);
  assert.ok(support.url().includes(found.id), "the log-in leads back to the page");
  assert.doesNotMatch(await text(support), /Lovelace|Hauptstr/);
  assert.equal(await support.$$eval("details.action", (all) => all.length), 0);
  await support.browserContext().close();
});

test("every page is accessible, valid and as wide as the screen, and every link leads somewhere", async () => {
  const found = await waiting(3);
  const admin = await newSession(browser);
  await logIn(admin, "admin");
  const seen = new Set();
  const queue = ["/console", `/console/orders/${found.id}`];
  // Pages of one kind are alike: one of each is enough.
  const kind = (path) => path.split("?")[0].replace(/(orders|stock)\/.+/, "$1/one");
  while (queue.length > 0) {
    const path = queue.shift();
    if (seen.has(kind(path))) continue;
    seen.add(kind(path));
    const answer = await visit(admin, path.replace("/console", ""));
    assert.equal(answer.status(), 200, path);
    await checkPage(admin, kind(path).replaceAll("/", "-").slice(1));
    queue.push(...(await linksOf(admin)));
  }
  assert.ok(seen.size >= 5, [...seen].join(" "));
  await admin.browserContext().close();
});

test("whoever logs out is out", async () => {
  const page = await newSession(browser);
  await logIn(page, "agent");
  await Promise.all([
    page.waitForNavigation(),
    page.evaluate(() => document.querySelector('form[action="/console/logout"] button').click()),
  ]);
  await visit(page, `/orders?q=${fresh("none")}`);
  await page.waitForSelector("#password");
  assert.ok(!page.url().startsWith(consoleUrl));
  await page.browserContext().close();
});
