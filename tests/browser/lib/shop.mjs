// Orders as a shop places them. A marketplace has collected the money, so that goods may go at once.

import { api } from "./stack.mjs";

let count = 0;

/** A name that no other run of the tests has used. */
export function fresh(name) {
  count += 1;
  return `${name}-${process.pid}-${Date.now() % 1_000_000}-${count}`;
}

/** Units of a new SKU on a location's shelf. */
export async function stocked(location, quantity) {
  const sku = fresh("SKU");
  await api("operator", "POST", "/api/oms/stock/adjustments", {
    sku,
    location,
    movement: { kind: "received", quantity },
  });
  return sku;
}

/** An order of so many units of a SKU, with the lines that are given instead. */
export async function placed(sku, quantity, more = {}) {
  const number = fresh("B");
  const order = {
    number,
    placed_at: new Date(Date.now() - 1000).toISOString(),
    currency: "EUR",
    lines: [{ id: "1", sku, title: "Wool scarf", quantity, unit_price: 2500, tax: 0 }],
    shipping: 490,
    terms: { payment: { kind: "collected_elsewhere", reference: number } },
    customer: {
      name: 'Ada <script>alert("x")</script> Lovelace',
      email: `${number.toLowerCase()}@example.com`,
      address: { lines: ["Hauptstr. 1"], city: "Berlin", postal_code: "10115", country: "DE" },
    },
    ...more,
  };
  const view = await api("shop", "POST", "/api/oms/orders", order);
  return { id: view.id, number, email: order.customer.email };
}

/** The order as the API shows it to an agent. */
export async function order(id) {
  return api("agent", "GET", `/api/oms/orders/${id}`);
}
