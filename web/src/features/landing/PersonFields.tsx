/** Who one will be in a new account, and the password that opens it on this computer. */
import { Field } from "../../components/Field";
import type { NewPerson } from "../../state/actions";
import { passwordAdvice } from "../../words/passwords";
import type { Problems } from "./problems";

interface Props {
  readonly person: NewPerson;
  readonly problems: Problems;
  readonly change: (field: keyof NewPerson) => (event: { currentTarget: HTMLInputElement }) => void;
}

export function PersonFields({ person, problems, change }: Props) {
  return (
    <>
      <Field
        label="Full name"
        value={person.fullName}
        onChange={change("fullName")}
        autoComplete="name"
        problem={problems.fullName}
        dir="auto"
      />
      <Field
        label="Username"
        value={person.username}
        onChange={change("username")}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        problem={problems.username}
        advice="Others on this server find you by it. It cannot be changed later."
      />
      <Field
        label="Password"
        type="password"
        value={person.password}
        onChange={change("password")}
        autoComplete="new-password"
        problem={problems.password}
        advice={passwordAdvice(person.password)}
      />
    </>
  );
}
