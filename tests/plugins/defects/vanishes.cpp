extern "C" int tilts_vanished() { return 0; }
