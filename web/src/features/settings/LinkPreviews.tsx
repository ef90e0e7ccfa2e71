/** Whether one is asked about previews of the links that one writes. */
import { useSyncExternalStore } from "react";

import { Switch } from "../../components/Switch";
import { choosePreviewOffers, previewOffers } from "../../state/previewOffers";

export function LinkPreviews() {
  const offered = useSyncExternalStore(previewOffers.subscribe, previewOffers.get);
  return (
    <Switch
      label="Offer previews of links"
      note="A button above the message asks the page what it is, and sends that along. No page is asked before you press it, and none ever by who reads. In this browser."
      checked={offered}
      onChange={choosePreviewOffers}
    />
  );
}
