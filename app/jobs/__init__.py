"""The jobs process: a timetable and a task runner."""
