/** How Casemate looks in this browser: at once, in all its tabs. */
import { useSyncExternalStore } from "react";

import { Segments } from "../../components/Segments";
import type { Looks } from "../../state/chosenLooks";
import { chooseLook, looks } from "../../state/looks";

type Choices<Name extends keyof Looks> = readonly (readonly [Looks[Name], string])[];

const THEMES: Choices<"theme"> = [
  ["system", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
];
const DENSITIES: Choices<"density"> = [
  ["comfortable", "Comfortable"],
  ["compact", "Compact"],
];
const SIZES: Choices<"text"> = [
  ["88", "88 %"],
  ["100", "100 %"],
  ["113", "113 %"],
  ["125", "125 %"],
  ["150", "150 %"],
];
const MOTIONS: Choices<"motion"> = [
  ["system", "As the system"],
  ["reduced", "Reduced"],
];

export function Appearance() {
  const chosen = useSyncExternalStore(looks.subscribe, looks.get);
  function of<Name extends keyof Looks>(name: Name) {
    return {
      chosen: chosen[name],
      onChoose: (choice: Looks[Name]) => {
        chooseLook(name, choice);
      },
    };
  }
  return (
    <>
      <Segments label="Theme" options={THEMES} {...of("theme")} />
      <Segments
        label="Density"
        note="Compact shows more messages and people at once."
        options={DENSITIES}
        {...of("density")}
      />
      <Segments
        label="Size of letters"
        note="Everything grows and shrinks with them."
        options={SIZES}
        {...of("text")}
      />
      <Segments
        label="Motion"
        note="Reduced: what appears is there at once, and nothing moves by itself."
        options={MOTIONS}
        {...of("motion")}
      />
      <p className="py-3 text-13 text-ink-2">These are choices for this browser, in all its tabs.</p>
    </>
  );
}
