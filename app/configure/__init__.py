"""Configure 统一配置: what there is, registered and coded."""
