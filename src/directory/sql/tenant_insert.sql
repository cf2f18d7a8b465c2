-- First content. ?1 id, ?2 display name, ?3 origin, ?4 now.
INSERT INTO tenant(id, display_name, origin, created) VALUES(?1, ?2, ?3, ?4)
    ON CONFLICT(id) DO UPDATE SET display_name = ?2, origin = ?3
