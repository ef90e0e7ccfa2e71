import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { dropInvitation, fetchInvitation, invitation } from "./invitation";

const WAITING = "casemate1-waiting";

function answers(answer: Response | Error) {
  return vi
    .spyOn(globalThis, "fetch")
    .mockImplementation(() => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)));
}

beforeEach(() => {
  history.replaceState(null, "", "/join");
});

afterEach(dropInvitation);

test("an invitation that waits at the service is fetched, and stands in no address", async () => {
  const asked = answers(new Response(WAITING));
  await fetchInvitation();
  expect(asked).toHaveBeenCalledExactlyOnceWith("/invitation", { method: "POST", cache: "no-store" });
  expect(invitation.get()).toBe(WAITING);
  expect(location.href).not.toContain(WAITING);
});

test.each([
  ["none waits", new Response(null, { status: 204 })],
  ["this browser is not signed in", new Response("Not signed in.", { status: 401 })],
  ["nobody answers", new TypeError("gone")],
])("%s: the field is empty", async (_, answer) => {
  answers(answer);
  await fetchInvitation();
  expect(invitation.get()).toBe("");
});

test("it is asked for at the page of invitations alone", async () => {
  history.replaceState(null, "", "/");
  const asked = answers(new Response(WAITING));
  await fetchInvitation();
  expect(asked).not.toHaveBeenCalled();
});
