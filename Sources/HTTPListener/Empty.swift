// Stand-in until the listener lands.
