// The stack under test: its addresses, its users, and its API as a shop, an agent or an operator calls it.

import { readFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";

export const stack = JSON.parse(await readFile(join(process.env.OMS_STATE_DIR, "stack.json"), "utf8"));

/** Where the console is. */
export const consoleUrl = stack.console;

const tokens = new Map();

/** An access token of the group's user. */
async function token(group) {
  if (!tokens.has(group)) {
    const user = stack.users[group];
    const answer = await fetch(stack.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
      },
      body: JSON.stringify({
        AuthFlow: "USER_PASSWORD_AUTH",
        ClientId: stack.user_pool_client_id,
        AuthParameters: { USERNAME: user.username, PASSWORD: user.password },
      }),
    });
    tokens.set(group, (await answer.json()).AuthenticationResult.AccessToken);
  }
  return tokens.get(group);
}

/** Calls the API as the group's user, and gives the document. */
export async function api(group, method, path, body) {
  const answer = await fetch(`${stack.api}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await token(group)}`,
      "content-type": "application/json",
      ...(method === "POST" ? { "idempotency-key": randomUUID() } : {}),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const document = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(document)}`);
  return document;
}

/** Repeats a look until it shows something, or the time is over. */
export async function until(what, look, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
