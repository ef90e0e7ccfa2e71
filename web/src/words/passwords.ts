/** What is said of a password while it is typed, wherever one is chosen. */
const GOOD_PASSWORD_CHARACTERS = 10;
const SHORTEST_BYTES = 7;
const LONGEST_BYTES = 1024;

export function passwordAdvice(password: string): string {
  if (password === "")
    return "At least 7 characters, better 10 or more. It never leaves this computer, and nobody can reset it.";
  return password.length < GOOD_PASSWORD_CHARACTERS
    ? "Easy to guess. At least 7 characters are needed; 10 or more are much safer."
    : "Keep it safe: nobody can reset it for you.";
}

/** What is wrong with it before anybody is asked; null for one that will do. */
export function passwordProblem(password: string): string | null {
  const bytes = new TextEncoder().encode(password).length;
  if (bytes > LONGEST_BYTES) return "That is longer than a password can be here.";
  return bytes < SHORTEST_BYTES ? "Too short: at least 7 characters, better 10 or more." : null;
}
