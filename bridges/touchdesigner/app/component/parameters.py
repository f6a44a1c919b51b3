"""What the Parameter Execute DAT calls: the component's own switches."""


def onValueChange(par, prev):
    if par.name in ("Active", "Bridge", "Links"):
        parent().op("boot").module.start()


def onPulse(par):
    if par.name == "Reconnect":
        parent().op("boot").module.start()
