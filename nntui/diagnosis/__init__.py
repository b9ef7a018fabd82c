"""Why a network learns, or doesn't: rules from measurements to verdicts in words."""
