import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { Later } from "./Later";

interface Greeting {
  readonly name: string;
}

function Greeter({ name }: Greeting) {
  return <p>Hello {name}</p>;
}

test("code that could not be fetched is said to be missing, and is asked for again", async () => {
  const load = vi.fn(() => Promise.resolve(Greeter));
  load.mockRejectedValueOnce(new TypeError("Failed to fetch dynamically imported module"));
  render(<Later load={load} of={{ name: "Ann" }} waiting={<p>One moment</p>} />);
  expect(screen.getByText("One moment")).toBeVisible();
  expect(await screen.findByRole("alert")).toHaveTextContent("could not be loaded");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Hello Ann")).toBeVisible();
});

test("what is said of a failure stands where its part would", async () => {
  const load = () => Promise.reject(new TypeError("offline"));
  render(
    <Later<Greeting>
      load={load}
      of={{ name: "Ann" }}
      failed={(said) => <section aria-label="Greeting">{said}</section>}
    />,
  );
  expect(await screen.findByRole("region", { name: "Greeting" })).toHaveTextContent("Load the page again");
});
