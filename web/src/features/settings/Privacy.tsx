/** What others are told of this person, each with what cannot be hidden. */
import type { SettingsView } from "../../api/generated";
import { Switch } from "../../components/Switch";
import { useSettings } from "./useSettings";

export function Privacy() {
  const { settings, switchOf, refusal } = useSettings();
  return (
    <>
      <Switch
        label="Read receipts"
        note="Others see which of their messages you have read, and you see it of yours. Switched off, nobody is told, not later either: they see “delivered”, and so do you."
        {...switchOf("read_receipts")}
      />
      <Switch
        label="Show when I am typing"
        note="Switched off, you do not see others type either."
        {...switchOf("typing")}
      />
      <Switch
        label="Appear offline"
        note="Others see you offline. Messages reach you all the same, and “delivered” tells their writers that this computer is on. The server always sees whether it is linked."
        {...switchOf("appear_offline")}
      />
      <Switch
        label="Hide my address from people"
        note="Nobody you talk with learns where your computer is. It costs speed: everything takes the server’s relay, and waits while the server is away. Only accounts on this same computer still meet directly."
        {...switchOf("relay_only")}
      />
      <Switch label="Find people on this network" note={lanWords(settings)} {...switchOf("lan_discovery")} />
      {refusal}
    </>
  );
}

function lanWords({ relay_only, lan_discovery }: SettingsView): string {
  if (relay_only && lan_discovery)
    return "Has no effect while your address is hidden: being found here would show it.";
  return "People you agreed to talk with are found without the server, so you can talk here while it is away. It costs that others on this network can see that somebody uses Casemate, but not who.";
}
