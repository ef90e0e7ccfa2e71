import { expect, test } from "vitest";

import { parseRoute, pathOf } from "./address";

test("addresses say where one is, and come back from what they say", () => {
  for (const path of [
    "/",
    "/?create",
    "/?sign-in",
    "/a/18446744073709551615",
    "/a/7/settings",
    "/a/7/people",
    "/a/7/connections",
    "/a/7/c/0123456789abcdef0123456789abcdef",
    "/a/7/c/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef",
  ]) {
    const [pathname = "", search = ""] = path.split("?");
    expect(pathOf(parseRoute(pathname, search))).toBe(path);
  }
  for (const path of [
    "/a",
    "/a/0",
    "/a/-1",
    "/a/1e3",
    "/a/18446744073709551616",
    "/a/7/x",
    "/a/7/c",
    "/a/7/c/9",
    "/a/7/c/0123456789ABCDEF0123456789ABCDEF",
    "/a/7/c/0123456789abcdef0123456789abcdef/9",
    "/a/7/c/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef/9",
    "/a/7/settings/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef",
    "/x",
  ])
    expect(parseRoute(path).screen).toBe("nowhere");
});
