// Sends an identify, two tracks, a page, a group and an alias through Segment's own library and flushes them.
// Called by tests/segment.rs with the server's address and a write key; prints what the library reports.
import { Analytics } from "@segment/analytics-node";

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host, path: "/v1/batch", flushAt: 20, maxRetries: 2 });
const reported = { delivered: [], errors: [] };
analytics.on("error", (error) => reported.errors.push(String(error.reason ?? error.code ?? error)));

const delivered = (error, context) => {
  if (error) reported.errors.push(String(error));
  else reported.delivered.push(context.event.type);
};
const userId = "segment-user-1";
const timestamp = new Date(Date.now() - 60_000);

analytics.identify({ userId, traits: { email: "ada@example.com", name: "Ada Lovelace", plan: "pro" } }, delivered);
analytics.track({ userId, event: "Product Added", timestamp, messageId: "segment-message-1", properties: { cart_id: "c-1", price: 49.9, quantity: 2 } }, delivered);
// The library would send a repeat with the same message id after a lost answer.
analytics.track({ userId, event: "Product Added", timestamp, messageId: "segment-message-1", properties: { cart_id: "c-1", price: 49.9, quantity: 2 } }, delivered);
analytics.page({ userId, name: "Cart", properties: { url: "https://shop.example.com/cart" } }, delivered);
analytics.group({ userId, groupId: "g-1", traits: { name: "Analytical Engines" } }, delivered);
analytics.alias({ userId, previousId: "segment-visitor-1" }, delivered);

await analytics.closeAndFlush({ timeout: 10_000 });
process.stdout.write(JSON.stringify(reported) + "\n");
