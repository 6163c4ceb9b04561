package auth

// MayRegister says whether strangers can make an account here, so that a door
// need not ask them for a name first. Its errors are those of Register that are
// the operator's choice.
func (s *Service) MayRegister() error { return s.mayRegister() }
