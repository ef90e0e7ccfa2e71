/** Ann looks at her conversation with Bob. */
import { screen } from "@testing-library/react";
import type { ComponentType } from "react";

import type { AppProps } from "./renderApp";
import { ANN, BOB, conversationOf, showApp, worldOfThree } from "./renderApp";

export const WITH_BOB = conversationOf(ANN, BOB);

export async function openConversation(App: ComponentType<AppProps>, world = worldOfThree()) {
  const shown = await showApp(App, WITH_BOB, world);
  const box = await screen.findByRole("textbox", { name: "Message to Bob Birch" });
  await screen.findByRole("list", { name: "Messages" });
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  return { ...shown, box, ann, bob, messages: () => screen.getByRole("list", { name: "Messages" }) };
}
