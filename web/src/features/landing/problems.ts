/** What is missing or wrong in a new account, before the server is bothered with it. Bounds are those of the protocol. */
import type { NewAccount, NewPerson } from "../../state/actions";
import type { Attempt } from "../../state/context";
import { passwordProblem } from "../../words/passwords";
import { sentenceOf } from "../../words/reasons";

export type Problems = Partial<Record<keyof NewAccount, string>>;

export function problemsOf(account: NewAccount, needsServerPassword: boolean): Problems {
  const problems: Problems = personProblems(account);
  if (account.serverAddress === "") problems.serverAddress = "Where is the server? Ask whoever runs it.";
  if (needsServerPassword && account.serverPassword === "")
    problems.serverPassword = "This server asks for a password.";
  return problems;
}

export function personProblems(account: NewPerson): Problems {
  const problems: Problems = {};
  if (account.fullName.trim().length < 2) problems.fullName = "What should others call you?";
  else if (utf8Bytes(account.fullName) > 77) problems.fullName = "That is longer than a name can be here.";
  if (/\s/u.test(account.username)) problems.username = "A username has no spaces.";
  else if (utf8Bytes(account.username) < 3) problems.username = "At least three characters.";
  else if (utf8Bytes(account.username) > 37) problems.username = "That is longer than a username can be.";
  const problem = passwordProblem(account.password);
  if (problem !== null) problems.password = problem;
  return problems;
}

/** What the server refuses in a username is said at its field, where it is mended. */
export function usernameProblem(attempt: Attempt): Problems {
  const refused = attempt.state === "refused" && attempt.reason.code.startsWith("username_");
  return refused ? { username: sentenceOf(attempt.reason) } : {};
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
