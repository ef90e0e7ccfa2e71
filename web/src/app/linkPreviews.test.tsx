/** Previews of links: offered where one writes, made when somebody wants one, shown beside the link alone. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import type { LinkPreviewView } from "../api/generated";
import { choosePreviewOffers } from "../state/previewOffers";
import { openConversation } from "../testing/openConversation";
import { ANN, BOB, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const URL_OF_SOUP = "https://soup.test/";
const SOUP: LinkPreviewView = { url: URL_OF_SOUP, title: "Soup", site: "Kitchen", description: "For two" };

beforeEach(() => {
  // Nothing has a size in jsdom; a list that draws what fits would draw nothing.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640);
  choosePreviewOffers(true);
});

async function talk() {
  const world = worldOfThree();
  world.pages.set(URL_OF_SOUP, SOUP);
  world.send(world.account(BOB), world.account(ANN), "0b".repeat(16), "Hello");
  const shown = await openConversation(App, world);
  const [conversation = ""] = shown.ann.messages.keys();
  const offer = () => screen.findByRole("button", { name: "Add a preview of soup.test" });
  const receive = (text: string, preview: LinkPreviewView) => {
    act(() => {
      world.send(shown.bob, shown.ann, "0c".repeat(16), text);
      world.changes.preview([shown.ann, shown.bob], conversation, "0c".repeat(16), preview);
    });
  };
  return { ...shown, world, conversation, offer, receive };
}

test("a preview is made when one asks for it, and goes along with the message", async () => {
  const { user, box, offer, bob, conversation, messages } = await talk();
  await user.click(box);
  await user.paste(`Look: ${URL_OF_SOUP} there`);
  await user.click(await offer());
  const card = within(await screen.findByRole("region", { name: "Preview of the link" }));
  expect(await card.findByText("Soup")).toBeVisible();
  await user.click(box);
  await user.keyboard("{Enter}");
  await waitFor(() => {
    expect(bob.messages.get(conversation)?.at(-1)?.preview).toEqual(SOUP);
  });
  expect(await within(messages()).findByRole("link", { name: /Soup.*soup\.test.*Kitchen/ })).toHaveAttribute(
    "href",
    URL_OF_SOUP,
  );
  expect(screen.queryByRole("region", { name: "Preview of the link" })).toBeNull();
});

test("nothing is asked before, and what is put away does not go along", async () => {
  const { user, box, offer, bob, conversation, service } = await talk();
  const request = vi.spyOn(service, "request");
  await user.click(box);
  await user.paste(URL_OF_SOUP);
  await offer();
  expect(request.mock.calls.filter(([name]) => name === "MakeLinkPreview")).toEqual([]);
  await user.click(await offer());
  await screen.findByText("For two");
  await user.click(screen.getByRole("button", { name: "Send it without the preview" }));
  await user.click(box);
  await user.keyboard("{Enter}");
  await waitFor(() => {
    expect(bob.messages.get(conversation)?.at(-1)?.text).toBe(URL_OF_SOUP);
  });
  expect(bob.messages.get(conversation)?.at(-1)?.preview).toBeNull();
});

test("a link that is taken out of the text takes its preview along", async () => {
  const { user, box, offer, bob, conversation } = await talk();
  await user.click(box);
  await user.paste(URL_OF_SOUP);
  await user.click(await offer());
  await screen.findByText("For two");
  await user.clear(box);
  await user.type(box, "Nothing{Enter}");
  await waitFor(() => {
    expect(bob.messages.get(conversation)?.at(-1)?.text).toBe("Nothing");
  });
  expect(bob.messages.get(conversation)?.at(-1)?.preview).toBeNull();
});

test("what cannot be made says why, and the message goes all the same", async () => {
  const { user, box, offer, service } = await talk();
  await user.click(box);
  await user.paste(URL_OF_SOUP);
  service.refuseNext("MakeLinkPreview", { code: "preview_relay_only", params: {}, acts: "user" });
  await user.click(await offer());
  expect(await screen.findByRole("alert")).toHaveTextContent("the page would learn it");
  await user.click(screen.getByRole("button", { name: "No preview of this link" }));
  expect(screen.queryByRole("alert")).toBeNull();
});

test("whoever wants no offers sees none", async () => {
  choosePreviewOffers(false);
  const { user, box } = await talk();
  await user.click(box);
  await user.paste(URL_OF_SOUP);
  await new Promise((done) => setTimeout(done, 500));
  expect(screen.queryByRole("button", { name: /preview/ })).toBeNull();
});

test.each([
  ["the link is not in the message", "Look: https://bread.test/"],
  ["only its beginning is", "Look: https://soup.test/.evil.test/"],
  ["it stands behind a login", "Look: https://soup.test/@evil.test/ https://x@evil.test/"],
])("a preview is not shown where %s", async (_, text) => {
  const { receive, messages } = await talk();
  receive(text, text.includes("@") ? { ...SOUP, url: "https://x@evil.test/" } : SOUP);
  await within(messages()).findAllByText(/Look/);
  await import("../components/LinkCard");
  expect(within(messages()).queryByText("For two")).toBeNull();
});

test("the host of a card is that of the link, whatever the site calls itself", async () => {
  const { receive, messages } = await talk();
  receive(`Look: ${URL_OF_SOUP}`, { ...SOUP, site: "bank.test" });
  const card = await within(messages()).findByRole("link", { name: /For two/ });
  expect(card).toHaveTextContent("Soup" + "For two" + "soup.test" + "· bank.test");
});
