package server

// PID names the process.
func (s *Server) PID() int { return s.cmd.Process.Pid }
