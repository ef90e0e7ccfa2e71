import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { App } from "./App";

test("the page has one main landmark named after the product", () => {
  render(<App />);
  expect(screen.getByRole("main", { name: "Casemate" })).toBeInTheDocument();
});
