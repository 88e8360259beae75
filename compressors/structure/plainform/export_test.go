package plainform

// Play returns what EncodeNoise would show, how often it was in doubt, and whether the
// text can be played.
func Play(text string) (shown string, doubts int, ok bool) {
	s := &screen{text: text, line: line{text: text}}
	if !s.play() {
		return "", 0, false
	}
	s.finish()
	shown, _ = s.render()
	return shown, s.doubts, true
}
