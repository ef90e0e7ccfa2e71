"""Programs that measure the product's figures. They print, and never fail on time."""
