overrides = {
  r1 = { enabled = false, action = "log" }
}
