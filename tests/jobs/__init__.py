"""The jobs process: its timetable, its leader, its tasks."""
